/** What a run left behind, looked at from outside: the table, its stream, the counters, the workers' journals. */
import { existsSync, readFileSync } from "node:fs";
import { initial, isFinal, nextStates, type State } from "@attune/domain/lifecycle";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readBatch } from "@attune/store/batch";
import { readTotals } from "@attune/store/counters/read-totals";
import { findUnfinished } from "@attune/store/find-unfinished";
import { entriesOf, HistoryItem } from "@attune/store/history/read-history";
import { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { readChanges } from "../fixtures/changes.ts";
import { recount } from "../fixtures/recount.ts";

/** Every count is of something that must not be. */
export interface Report {
  readonly lost: number;
  readonly doubled: number;
  readonly overlapping: number;
  readonly illegal: number;
  readonly unfinished: number;
  /** Counters that differ from a recount. */
  readonly miscounted: number;
  /** Histories that lack a change, or have one that the lifecycle does not know. */
  readonly untold: number;
}

export async function readAll(store: Store): Promise<ExecutionRecord[]> {
  const records: ExecutionRecord[] = [];
  for (let last: number | undefined = Number.MAX_SAFE_INTEGER; last !== undefined; ) {
    const query = accessPatterns.indexEntries.params(store.tables, {
      index: "by_feed",
      partition: "0|all",
      between: [0, last],
      order: "newest",
      limit: 1_000,
    });
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(query));
    const ids = Items.map((item) => Number(item.id));
    const batch = accessPatterns.recordsByIds.params(store.tables, { ids });
    records.push(...(await readBatch(store.client, batch, ExecutionRecord)));
    const oldest = ids.at(-1);
    last = LastEvaluatedKey === undefined || oldest === undefined ? undefined : oldest - 1;
  }
  return records;
}

const Claimed = z.object({ type: z.literal("claimed"), id: z.int(), worker: z.int() });

/** Executions that another worker than their own says it has claimed. */
function countOverlapping(
  records: readonly ExecutionRecord[],
  journals: readonly string[],
): number {
  const owner = new Map(records.map(({ id, executor }) => [id, executor]));
  const strangers = new Set<number>();
  for (const journal of journals.filter(existsSync)) {
    for (const line of readFileSync(journal, "utf8").split("\n").filter(Boolean)) {
      const claimed = Claimed.safeParse(JSON.parse(line)).data;
      if (claimed && owner.get(claimed.id) !== claimed.worker) strangers.add(claimed.id);
    }
  }
  return strangers.size;
}

const Image = z.pick(ExecutionRecord, { status: true, owner: true, version: true });

/** Changes that the lifecycle does not know. */
async function countIllegal(endpoint: string): Promise<number> {
  let illegal = 0;
  for await (const { before, after } of readChanges(endpoint))
    if (!isLegal(before, after)) illegal++;
  return illegal;
}

function isLegal(oldImage: unknown, newImage: unknown): boolean {
  if (newImage === undefined) return false;
  const after = Image.parse(newImage);
  const is = ({ status, owner }: State) => status === after.status && owner === after.owner;
  if (oldImage === undefined) return is(initial);
  const before = Image.parse(oldImage);
  if (before.version === after.version) return is(before);
  return before.version + 1 === after.version && nextStates(before).some(is);
}

async function countMiscounted(store: Store, records: readonly ExecutionRecord[]): Promise<number> {
  const recounted = recount(records.map(({ status, ...membership }) => ({ status, membership })));
  const totals = await readTotals(
    store,
    recounted.map(({ tally }) => tally),
    { consistent: true },
  );
  return recounted.filter(({ tally, count }) => totals(tally) !== count).length;
}

async function countUntold(store: Store, records: readonly ExecutionRecord[]): Promise<number> {
  const Keys = records.map(({ id }) => ({ id }));
  const request = { RequestItems: { [store.tables.History]: { Keys } } };
  const items = await readBatch(store.client, request, HistoryItem);
  const kept = new Map(items.map((item) => [item.id, item.kept]));
  return records.filter((record) => {
    const entries = [...entriesOf(record, kept.get(record.id) ?? [])];
    return !entries.every(
      ([version, { status, owner }], at) =>
        version === at + 1 &&
        (at === 0 ? [initial] : nextStates(entries[at - 1]?.[1] ?? initial)).some(
          (state) => state.status === status && state.owner === owner,
        ),
    );
  }).length;
}

/** Looks at what is there now. */
export async function report(
  store: Store,
  dynamodb: string,
  accepted: ReadonlySet<string>,
  journals: readonly string[],
): Promise<Report> {
  const records = await readAll(store);
  const byKey = Map.groupBy(records, ({ idempotency_key }) => idempotency_key);
  return {
    lost: [...accepted].filter((key) => !byKey.has(key)).length,
    doubled: [...byKey.values()].filter((some) => some.length > 1).length,
    overlapping: countOverlapping(records, journals),
    illegal: await countIllegal(dynamodb),
    unfinished: records.filter(({ status }) => !isFinal(status)).length,
    miscounted: await countMiscounted(store, records),
    untold: await countUntold(store, records),
  };
}

/** How many are not final yet. */
export async function countUnfinished(store: Store): Promise<number> {
  let unfinished = 0;
  for await (const records of findUnfinished(store, 0)) unfinished += records.length;
  return unfinished;
}
