/** Executions in the table, and what the stream made of them: what a recount compares. */
import { isFinal } from "@attune/domain/lifecycle";
import { countChanges } from "@attune/store/counters/count-changes";
import { type Change, newestOfEach } from "@attune/store/counters/fold";
import { indexKeysOf } from "@attune/store/index-keys";
import { type Mode, Progress } from "@attune/store/recount/progress";
import { beginRecount, goOn } from "@attune/store/recount/recount";
import { saveSegments } from "@attune/store/search/save-segments";
import type { Store } from "@attune/store/store";
import { BatchWriteCommand, type BatchWriteCommandInput, ScanCommand } from "@aws-sdk/lib-dynamodb";

/** Long after everything that `deliveries` draws was created. */
export const NOW = Date.UTC(2027, 0, 1);
export const DAY_MS = 24 * 3_600_000;

/** A store at that time. */
export const atNow = (store: Store, shards: number): Store => ({
  ...store,
  shards,
  now: () => new Date(NOW),
});

/** An execution as the table has it after a change. */
function itemOf(change: Change, status: NonNullable<Change["status"]>, shards: number, at: number) {
  const { id, version, ledger, membership, duration } = change;
  const { action_ref } = membership;
  return {
    ...{ id, status, version, ledger, ...membership },
    ...indexKeysOf({ id, status, action_ref }, shards),
    ...{ owner: "worker", attempt: 1, pool: "default", idempotency_key: `k${id}` },
    updated: new Date(at).toISOString(),
    ...(duration === undefined ? {} : { started: new Date(at - duration).toISOString() }),
    ...(isFinal(status) ? { result: { text: JSON.stringify({ id }) } } : {}),
  };
}

type Item = ReturnType<typeof itemOf>;

const finalsOf = (items: readonly Item[]) => items.filter(({ status }) => isFinal(status));

/** Writes what some changes leave of their executions, last changed at a time. */
export async function write(store: Store, changes: readonly Change[], at: number): Promise<Item[]> {
  const items = newestOfEach(changes).flatMap((change) =>
    change.status === null ? [] : [itemOf(change, change.status, store.shards, at)],
  );
  await batchWrite(
    store,
    "Executions",
    items.map((Item) => ({ PutRequest: { Item } })),
  );
  return items;
}

/** What the stream makes of some batches, and the executions that it leaves, last changed so many milliseconds ago. */
export async function live(
  store: Store,
  batches: readonly Change[][],
  writers: readonly number[] = [0],
  age = 2 * DAY_MS,
): Promise<Item[]> {
  const items = await write(store, batches.flat(), NOW - age);
  for (const [at, batch] of batches.entries())
    await countChanges(store, batch, (writers[at % writers.length] ?? 0) % store.shards);
  await saveSegments(store, finalsOf(items));
  return items;
}

/** A recount from its beginning to its end. */
export async function recount(store: Store, mode: Mode, between = 0): Promise<Progress> {
  await beginRecount(store, mode);
  return Progress.parse(await goOn(store, () => false, { between }));
}

const keysOf = {
  Executions: ["id"],
  Counters: ["key"],
  Segments: ["partition", "chunk"],
} as const;

export async function readTable(store: Store, table: keyof typeof keysOf) {
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const answer = await store.client.send(
      new ScanCommand({ TableName: store.tables[table], ExclusiveStartKey }),
    );
    items.push(...(answer.Items ?? []));
    ExclusiveStartKey = answer.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

type WriteRequests = NonNullable<BatchWriteCommandInput["RequestItems"]>[string];

async function batchWrite(store: Store, table: keyof typeof keysOf, requests: WriteRequests) {
  for (let at = 0; at < requests.length; at += 25) {
    const RequestItems = { [store.tables[table]]: requests.slice(at, at + 25) };
    await store.client.send(new BatchWriteCommand({ RequestItems }));
  }
}

/** Empties a table. */
export async function empty(store: Store, table: keyof typeof keysOf): Promise<void> {
  const items = await readTable(store, table);
  const deletes = items.map((item) => ({
    DeleteRequest: { Key: Object.fromEntries(keysOf[table].map((name) => [name, item[name]])) },
  }));
  await batchWrite(store, table, deletes);
}

export async function clear(store: Store): Promise<void> {
  for (const table of ["Executions", "Counters", "Segments"] as const) await empty(store, table);
}
