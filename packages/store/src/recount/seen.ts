/** Executions as a recount reads them from the table. */
import { Id } from "@attune/domain/execution";
import type { Bounds } from "@attune/domain/ids";
import type { IndexName } from "@attune/topology/tables";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { executionReads, type IndexKey } from "../access-patterns/executions-read.ts";
import { readBatch } from "../batch.ts";
import { durationOf } from "../counters/durations.ts";
import type { Change } from "../counters/fold.ts";
import { FEED, partitionsOf } from "../index-keys.ts";
import { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";

/** What is counted of an execution, as the table has it, and since when. */
export interface Seen extends Change {
  readonly status: ExecutionRecord["status"];
  /** Unix time in milliseconds. */
  readonly changedAt: number;
}

export function seenOf(record: ExecutionRecord): Seen {
  const { id, version, status, ledger, action_ref, enforcement, parent, updated } = record;
  return {
    ...{ id, version, status, ledger, membership: { action_ref, enforcement, parent } },
    ...durationOf(record),
    changedAt: Date.parse(updated),
  };
}

const ENTRIES_A_QUERY = 1_000;

/**
 * The ids of some partition of an index in a range, from the oldest on; no more than `limit`, where it is given. A read
 * unit for about eighty.
 */
export async function readIds(
  store: Store,
  index: IndexName,
  partition: IndexKey,
  { from, below }: Bounds,
  limit = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  const ids: number[] = [];
  let first = from;
  while (first < below && ids.length < limit) {
    const params = executionReads.indexEntries.params(store.tables, {
      ...({ index, partition, between: [first, below - 1], order: "oldest" } as const),
      limit: Math.min(ENTRIES_A_QUERY, limit - ids.length),
    });
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
    for (const { id } of Items) ids.push(Id.parse(id));
    first = LastEvaluatedKey === undefined ? below : (ids.at(-1) ?? below) + 1;
  }
  return ids;
}

/** The ids of all executions in a range, in order, from every shard; no more than `limit` of each. */
export async function readFeed(store: Store, range: Bounds, limit?: number): Promise<number[][]> {
  return Promise.all(
    partitionsOf(FEED, store.shards).map((partition) =>
      readIds(store, "by_feed", partition, range, limit),
    ),
  );
}

/** Some executions whole: half a read unit for 4 KB of each. */
export const readRecords = (store: Store, ids: readonly number[]): Promise<ExecutionRecord[]> =>
  readBatch(
    store.client,
    executionReads.recordsByIds.params(store.tables, { ids }),
    ExecutionRecord,
  );
