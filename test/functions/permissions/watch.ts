import { createAudience } from "@attune/store/live/audience";
import { noteSubscription, openConnection } from "@attune/store/live/connections";
import { cursorOf, LANE, pack } from "@attune/store/live/entries";
import { moveMark, readMark, readWhatIsLeft } from "@attune/store/live/log";
import { goLive, putSubscription, subscriptionOf } from "@attune/store/live/subscriptions";
import type { ExecutionRecord } from "@attune/store/record";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { until } from "../../fixtures/executions.ts";
import { changesOf } from "./events.ts";
import type { World } from "./world.ts";

/** Of the end that is watched: no other change has it. */
const END_VERSION = 101;

/**
 * A client follows an execution to its end, and is told of it with its result, and of the first line of its log; then there
 * are hours without a change.
 */
export async function watch({ asked, invoke, store, direct }: World, record: ExecutionRecord) {
  const { id: execution } = record;
  const say = (connectionId: string, eventType: string, body?: object) =>
    invoke("live", { requestContext: { connectionId, eventType }, body: JSON.stringify(body) });
  for (let left = await readWhatIsLeft(direct, 0); left.length > 0; ) {
    for (const { seq } of left) {
      const Key = { lane: LANE, seq };
      await direct.client.send(new DeleteCommand({ TableName: direct.tables.LiveLog, Key }));
    }
    left = await readWhatIsLeft(direct, 0);
  }
  // Hours after all that the executions did before, and then as many again.
  const clock = (hours: number) =>
    Object.assign(store, { now: () => new Date(Date.now() + hours * 3_600_000) });
  clock(3);
  await createAudience({ ...direct, now: store.now }).note();
  const end = { ...record, status: "failed", version: END_VERSION };
  const filter = { execution };
  const subscribe = { type: "subscribe", filter, result: true, logs: true };
  await say("here", "CONNECT");
  async function followToTheEnd() {
    await invoke("events", changesOf(end, { ...record, status: "running" }));
    const entry = (await readWhatIsLeft(direct, 0)).findLast(({ changes }) =>
      changes.some((change) => "version" in change && change.version === END_VERSION),
    );
    if (entry === undefined) throw new Error("Nothing is in the log");
    await say("here", "MESSAGE", { ...subscribe, since: cursorOf({ seq: entry.seq - 1 }) });
    await say("here", "MESSAGE", { type: "unsubscribe" });
    return entry;
  }
  // Now that somebody listens, the stack logs what is late as well, by its own clock: hours ago, nothing to go on from.
  const isTold = () => asked.get("live")?.has("GetItem Executions") === true;
  const entry = await until(followToTheEnd, isTold);

  const gone = subscriptionOf(direct, "gone", {
    id: "default",
    filter,
    result: true,
    logs: true,
    batch: true,
  });
  await openConnection(direct, "gone");
  await putSubscription(direct, gone);
  await noteSubscription(direct, gone);
  await goLive(direct, gone, 0);
  const replayed = subscriptionOf(direct, "there", {
    id: "default",
    filter,
    result: false,
    logs: false,
    batch: false,
  });
  await putSubscription(direct, replayed);
  await moveMark(direct, "told", entry.seq - 2, await readMark(direct, "told"));
  const { changes, ...image } = entry;
  const facts = { action_ref: "core.x", parent: null, enforcement: 1 };
  const growth = { id: execution, from_seq: 1, to_seq: 1, status: null, ...facts };
  await invoke("notifier", changesOf({ ...image, changes: pack([...changes, growth]) }, {}));

  clock(6);
  async function followTheLog() {
    await invoke("logLines", changesOf({ execution, seq: 1, last: 1, action_ref: "core.x" }, {}));
    // Something else may come after it, and be late.
    const line = (await readWhatIsLeft(direct, entry.seq)).findLast(({ changes }) =>
      changes.some((change) => "from_seq" in change),
    );
    if (line === undefined) throw new Error("No line is in the log");
    await say("here", "MESSAGE", { ...subscribe, since: cursorOf({ seq: line.seq - 1 }) });
  }
  await until(followTheLog, () => asked.get("live")?.has("Query Logs") === true);
  clock(9);
  await say("here", "MESSAGE", subscribe);
  clock(0);
  await say("here", "DISCONNECT");
}
