/** Where a page begins, by the counters. */
import { type Bounds, type IdRange, intersect } from "@attune/domain/ids";
import { bucketAt, groupTree, idsOf } from "../counters/buckets.ts";
import { locate } from "../counters/positions.ts";
import { edgesOf } from "../counters/ranges.ts";
import { treeOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Members } from "./members.ts";
import { after } from "./page.ts";
import { isOfRows, type Plan } from "./plan.ts";
import { fewOf, type Part } from "./reach.ts";
import { type Seen, seenIn, seenOf } from "./seen.ts";
import { take } from "./take.ts";

/** Consecutive matches that the counters tell of: their ids, how many come before them, how many they are. */
export interface Bucket {
  readonly range: IdRange;
  readonly before: number;
  readonly inside: number;
}

/** What a range begins with, where an end of it cuts a bucket: its ids, and what they have. */
export interface Beginning extends Bounds {
  readonly seen: Promise<Seen>;
}

/**
 * Reads what a range begins with in an order, before the counters tell whether that has any: where a page is depends on it. Of a
 * group's entries half a read unit is read, and mostly tells of the quarter of an hour that is cut.
 */
export async function readBeginning(
  store: Store,
  plan: Plan,
  { range, order }: Part,
): Promise<Beginning | undefined> {
  if (plan.timed === undefined) return undefined;
  const tree = treeOf(plan.timed.tallies);
  const cut = edgesOf(tree, range).find(({ from, below }) =>
    order === "newest" ? below === range.below : from === range.from,
  );
  if (cut === undefined) return undefined;
  const readAll = async (some: IdRange, before: readonly number[] = []) => {
    const wanted = { range: some, order, skip: 0, take: 0, countAll: true };
    const { ids } = await take(store, plan, wanted);
    return { ...cut, ids: [...before, ...ids] };
  };
  if (tree !== groupTree || plan.members || isOfRows(plan)) return { ...cut, seen: readAll(cut) };
  const quarter = intersect(range, idsOf(bucketAt("quarter", cut.from)));
  const wanted = { range: quarter, order, skip: 0, take: 1, countAll: false };
  const some = await take(store, plan, wanted);
  const seen = seenIn(quarter, order, some);
  const known = some.isAtEnd ? seen : seenOf(seen, cut);
  if (known) return { ...known, seen: Promise.resolve(known) };
  // So many at once: the rest of what is cut is read as well.
  return { ...cut, seen: readAll(intersect(cut, after(seen, order) ?? {}), seen.ids) };
}

/**
 * The bucket of a group's members in which a page begins that has those which completed among others: all members, less
 * those that were otherwise unsuccessful and those that have not ended. The oldest of the latter are known, and so it is
 * counted from the oldest on; `undefined` where the page is younger than what is known.
 */
async function bucketOfMembers(
  store: Store,
  plan: Plan,
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
      few: fewOf(plan),
      without: { tallies: others, ids: [...unfinished.keys()] },
    },
    plan.readItems,
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
  beginning: Beginning | undefined,
): Promise<Bucket | undefined> {
  const { range, order, skip, perPage } = part;
  const { timed, members, readItems } = plan;
  if (timed === undefined) {
    const found = members && (await bucketOfMembers(store, plan, members, part, total));
    // The list as a whole is one: its far half is walked to from the far end.
    return found ?? { range, before: 0, inside: await total() };
  }
  const counted = beginning?.seen.then(({ ids }) => ids.length) ?? Promise.resolve(0);
  const [passed, bucket] = await Promise.all([
    counted,
    locate(
      store,
      timed.tallies,
      {
        offset: counted.then((n) => Math.max(0, skip - n)),
        ...{ order, reach: perPage - 1, few: fewOf(plan) },
        within: beginning ? intersect(range, after(beginning, order) ?? {}) : range,
        without: { tallies: timed.others, ids: [] },
      },
      readItems,
    ),
  ]);
  // Where none lies in the range as a whole, the page is in what it begins with, or behind it.
  return bucket && skip >= passed
    ? { ...bucket, before: bucket.before + passed }
    : beginning && { range: beginning, before: 0, inside: passed };
}
