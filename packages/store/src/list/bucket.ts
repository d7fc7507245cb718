/** Where a page begins, by the counters. */
import type { Bounds, IdRange } from "@attune/domain/ids";
import { locate } from "../counters/positions.ts";
import { edgesOf } from "../counters/ranges.ts";
import { treeOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Members } from "./members.ts";
import type { Plan } from "./plan.ts";
import { isNear, type Part } from "./reach.ts";
import { countByReading } from "./take.ts";

/** Consecutive matches that the counters tell of: their ids, how many come before them, how many they are. */
export interface Bucket {
  readonly range: IdRange;
  readonly before: number;
  readonly inside: number;
}

/** The part of a bucket that a range begins with in an order, where an end of the range cuts one. */
export interface FirstEdge {
  readonly edge: Bounds;
  /** Matches in it. */
  readonly count: Promise<number>;
}

/** Reads it before the counters tell whether it has any: where a page is depends on it. */
export function readFirstEdge(store: Store, plan: Plan, part: Part) {
  const { range, order } = part;
  if (isNear(plan, part) || plan.timed === undefined) return undefined;
  const edge = edgesOf(treeOf(plan.timed.tallies), range).find(({ from, below }) =>
    order === "newest" ? below === range.below : from === range.from,
  );
  return edge && { edge, count: countByReading(store, plan, edge) };
}

/**
 * The bucket of a group's members in which a page begins that has those which completed among others: all members, less
 * those that were otherwise unsuccessful and those that have not ended. The oldest of the latter are known, and so it is
 * counted from the oldest on; `undefined` where the page is younger than what is known.
 */
async function bucketOfMembers(
  store: Store,
  { readItems }: Plan,
  { group, others, settled }: Members,
  { order, skip, perPage }: Part,
  total: () => Promise<number>,
): Promise<Bucket | undefined> {
  const [{ below, unfinished }, count] = await Promise.all([settled("oldest"), total()]);
  const offset = order === "newest" ? count - 1 - skip : skip;
  const found = await locate(
    store,
    [{ counter: group, field: "created" }],
    {
      order: "oldest",
      offset: Math.min(Math.max(offset, 0), count - 1),
      reach: (order === "newest" ? -1 : 1) * (perPage - 1),
      without: { tallies: others, ids: [...unfinished.keys()] },
    },
    readItems,
  );
  if (found === undefined || (found.range.below ?? Number.POSITIVE_INFINITY) > below)
    return undefined;
  const before = order === "newest" ? count - found.before - found.inside : found.before;
  return { ...found, before };
}

/**
 * The bucket in which a page begins, or the last one before it, its place counted from the beginning of the list's own range;
 * `undefined` where the counters know of none.
 */
export async function bucketOf(
  store: Store,
  plan: Plan,
  part: Part,
  total: () => Promise<number>,
  firstEdge: FirstEdge | undefined,
): Promise<Bucket | undefined> {
  const { range, order, skip, perPage } = part;
  const { timed, members, readItems } = plan;
  if (timed === undefined) {
    const found = members && (await bucketOfMembers(store, plan, members, part, total));
    // The list as a whole is one: its far half is walked to from the far end.
    return found ?? { range, before: 0, inside: await total() };
  }
  const passed = (await firstEdge?.count) ?? 0;
  if (firstEdge && skip < passed) return { range: firstEdge.edge, before: 0, inside: passed };
  const without = { tallies: timed.others, ids: [] };
  const place = { order, offset: skip - passed, reach: perPage - 1, within: range, without };
  const bucket = await locate(store, timed.tallies, place, readItems);
  if (bucket) return { ...bucket, before: bucket.before + passed };
  // None lies in the range as a whole.
  return firstEdge && { range: firstEdge.edge, before: 0, inside: passed };
}
