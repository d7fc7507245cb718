import { initial, isFinal, nextStates, type State } from "@attune/domain/lifecycle";
import { EventMessage } from "@attune/domain/messages";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment, take } from "@attune/local/resources";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { type Random, randomFrom } from "../fixtures/random.ts";
import { faultsFrom, type SqsFault, type SqsProxy, startSqsProxy } from "../fixtures/sqs-proxy.ts";
import { id, imageOf, recordOf } from "../fixtures/stream-records.ts";

const Answer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const queue = "execution-events";

describe("the consumer", () => {
  let engines: Engines;
  let proxy: SqsProxy;
  let invoke: (records: readonly DynamoDBRecord[]) => Promise<string | undefined>;
  let nextFault: (entries: number) => SqsFault | undefined = () => undefined;
  beforeAll(async () => {
    engines = await startEngines();
    proxy = await startSqsProxy({
      target: engines.sqs,
      queue,
      nextFault: (entries) => nextFault(entries),
    });
    const servers = { dynamodb: engines.dynamodb, sqs: proxy.url };
    const environment = lambdaEnvironment(servers, await ensureResources(servers));
    Object.assign(process.env, environment, { POWERTOOLS_LOG_LEVEL: "SILENT" });
    const events = take(await loadFunctions(), "events");
    invoke = async (Records) =>
      Answer.parse(await events.invoke({ Records })).batchItemFailures[0]?.itemIdentifier;
  });
  afterAll(async () => {
    await proxy.stop();
    await engines.stop();
  });

  const sequenceOf = (record: DynamoDBRecord | undefined) => record?.dynamodb?.SequenceNumber;

  /** What was taken while `run` ran. */
  async function takenBy(run: () => Promise<unknown>) {
    const before = proxy.taken(queue).length;
    await run();
    return proxy
      .taken(queue)
      .slice(before)
      .map((body) => EventMessage.parse(JSON.parse(body)));
  }
  const summaryOf = ({ message_type, payload }: EventMessage) =>
    `${payload.execution_id} ${message_type} ${"status" in payload ? payload.status : `${payload.previous_status} ${payload.new_status}`}`;

  it("sends nothing, and asks for nothing again, where nothing changed", async () => {
    const taken = await takenBy(async () => {
      expect(
        await invoke([recordOf(imageOf("running", 5), imageOf("running", 5))]),
      ).toBeUndefined();
    });
    expect(taken).toEqual([]);
  });

  it.each([
    ["its status is none", imageOf("paused", 2)],
    ["its result is no payload", imageOf("completed", 2, { result: { S: "1" } })],
  ])("sends what comes before a record that cannot be read: %s", async (_, image) => {
    const unreadable = recordOf(undefined, image);
    const after = recordOf(imageOf("requested", 1), imageOf("scheduling", 2));
    const taken = await takenBy(async () => {
      const records = [recordOf(undefined, imageOf("requested", 1)), unreadable, after];
      expect(await invoke(records)).toBe(sequenceOf(unreadable));
    });
    expect(taken.map(summaryOf)).toEqual([`${id} execution.status_changed null requested`]);
  });

  it("asks again for the first record that SQS refused, and sends nothing of it before", async () => {
    const records = [
      recordOf(imageOf("scheduled", 4), imageOf("running", 5)),
      recordOf(imageOf("running", 5), imageOf("completed", 6)),
    ];
    let calls = 0;
    // The change of the second record is refused: its completion must not come before.
    nextFault = () => (++calls === 2 ? [0] : undefined);
    const first = await takenBy(async () =>
      expect(await invoke(records)).toBe(sequenceOf(records[1])),
    );
    expect(first.map(summaryOf)).toEqual([`${id} execution.status_changed scheduled running`]);
    nextFault = () => undefined;
    const again = await takenBy(async () => expect(await invoke(records.slice(1))).toBeUndefined());
    expect(again.map(summaryOf)).toEqual([
      `${id} execution.status_changed running completed`,
      `${id} execution.completed completed`,
    ]);
  });

  it("asks for the whole batch again where SQS is away", async () => {
    const records = [recordOf(undefined, imageOf("requested", 1))];
    nextFault = () => "unavailable";
    expect(
      await takenBy(async () => expect(await invoke(records)).toBe(sequenceOf(records[0]))),
    ).toEqual([]);
    nextFault = () => undefined;
  });

  /** The records of an execution's life, and what is to be told of it. */
  function life(execution: number, random: Random) {
    let state: State = initial;
    const states: State[] = [state];
    for (let steps = random.below(8); steps > 0; steps--) {
      const next = nextStates(state);
      if (next.length === 0) break;
      state = next[random.below(next.length)] ?? state;
      states.push(state);
    }
    const images = states.map(({ status }, version) => ({
      ...imageOf(status, version + 1),
      id: { N: String(execution) },
    }));
    const told = states.flatMap(({ status }, version) => {
      const before = states[version - 1]?.status ?? null;
      const changed = `${execution} execution.status_changed ${before} ${status}`;
      return isFinal(status) ? [changed, `${execution} execution.completed ${status}`] : [changed];
    });
    return { records: images.map((image, version) => recordOf(images[version - 1], image)), told };
  }

  it.each([1, 2, 3, 4, 5, 6])(
    "loses nothing and keeps the order of each execution, whatever SQS does (seed %i)",
    async (seed) => {
      const random = randomFrom(seed);
      const lives = Array.from({ length: 30 }, (_, n) => life(1_000 * seed + n, random));
      const left = lives.map(({ records }) => [...records]);
      const stream: DynamoDBRecord[] = [];
      for (let open = left; open.length > 0; open = open.filter(({ length }) => length > 0)) {
        const record = open[random.below(open.length)]?.shift();
        if (record) stream.push(record);
      }
      const faultsBefore = proxy.faults();
      nextFault = faultsFrom(random);
      const taken = await takenBy(async () => {
        // As the mapping goes on: from the record that is named, in batches as they come.
        for (let next = 0; next < stream.length; ) {
          const batch = stream.slice(next, next + 1 + random.below(40));
          const failed = await invoke(batch);
          next =
            failed === undefined
              ? next + batch.length
              : stream.findIndex((one) => sequenceOf(one) === failed);
        }
      });
      nextFault = () => undefined;

      expect(proxy.faults()).toBeGreaterThan(faultsBefore);
      const once = new Map(taken.map((message) => [message.message_id, message]));
      const first = [...once.values()].map(summaryOf);
      for (const { told } of lives) {
        const [execution] = (told[0] ?? "").split(" ");
        expect(first.filter((line) => line.startsWith(`${execution} `))).toEqual(told);
      }
      expect(first).toHaveLength(lives.flatMap(({ told }) => told).length);
    },
  );
});
