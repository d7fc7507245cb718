import { randomBytes } from "node:crypto";
import { idOf } from "@attune/domain/ids";
import { indexKeysOf } from "@attune/store/index-keys";
import type { ExecutionRecord } from "@attune/store/record";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { changesOf } from "./events.ts";
import type { World } from "./world.ts";

/** What the stream brings of an execution and others like it, and what the schedules make of it. */
export async function change({ invoke, http, direct }: World, record: ExecutionRecord) {
  const before = { ...record, status: "running" };
  await invoke("counters", changesOf({ ...record, version: 99, status: "running" }, before));
  await invoke("counters", changesOf({ ...record, version: 100, status: "completed" }, before));
  // Each too small for a chunk of its own, together enough to settle.
  for (let at = 1; at <= 12; at++) {
    const result = { text: JSON.stringify(randomBytes(600).toString("base64")) };
    const other = { ...record, id: record.id + at, version: 100, status: "completed", result };
    await invoke("counters", changesOf(other, before));
  }
  // Of so many, the segments cost less than the items.
  await http("GET", "?result_contains=xx");
  await invoke("compaction", {});
  // Counted as what it is not, with a result that it has not.
  const old = { ...record, id: idOf(Date.now() - 864_000_000, 1), action_ref: "core.old" };
  const { client, tables } = direct;
  const Item = { ...old, status: "failed", ...indexKeysOf({ ...old, status: "failed" }, 1) };
  await client.send(new PutCommand({ TableName: tables.Executions, Item }));
  const otherwise = { version: 100, status: "completed", result: { text: '"other"' } };
  await invoke("counters", changesOf({ ...old, ...otherwise }, before));
  await invoke("recount", { mode: "repair" });
  const retry = { max_attempts: 3, backoff_seconds: 1, max_backoff_seconds: 1 };
  await invoke("events", changesOf({ ...record, retry }, before));
  await invoke("events", changesOf({ ...record, retry }, before));
}
