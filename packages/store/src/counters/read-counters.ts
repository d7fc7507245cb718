/** Reading counters: counts by status, and numbers of members. */
import { Status } from "@attune/domain/lifecycle";
import type { StatusCounts } from "@attune/domain/stats";
import * as z from "zod";
import { accessPatterns } from "../access-patterns/index.ts";
import { readBatch } from "../batch.ts";
import type { Store } from "../store.ts";

export interface Counter {
  readonly byStatus: StatusCounts;
  readonly members: number;
}

const CounterItem = z
  .looseObject({ key: z.string(), members: z.int().optional() })
  .transform(({ key, members = 0, ...fields }) => ({
    key,
    members,
    byStatus: z.partialRecord(Status, z.int()).parse(fields),
  }));

const empty: Counter = { byStatus: {}, members: 0 };

/**
 * Some counters by key; one that is not there yet counts nothing. Half a read unit each, one where
 * the read is consistent.
 */
export async function readCounters(
  store: Store,
  keys: readonly string[],
  { consistent = false } = {},
): Promise<(key: string) => Counter> {
  const params = accessPatterns.countersByKeys.params(store.tables, { keys, consistent });
  const items = await readBatch(store.client, params, CounterItem);
  const counters = new Map(items.map((item) => [item.key, item]));
  return (key) => counters.get(key) ?? empty;
}
