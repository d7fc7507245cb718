/** A page by its number: near the beginning it is walked to, further on the counters tell where it begins. */
import { type Bounds, type IdRange, intersect, isUnbounded } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import { isBrief, isShort, locate } from "../counters/positions.ts";
import { edgesOf } from "../counters/ranges.ts";
import type { Store } from "../store.ts";
import type { Members } from "./members.ts";
import { isOfGroup, type Plan } from "./plan.ts";
import { hasWholeRows } from "./sources.ts";
import { countByReading, take } from "./take.ts";
import type { Match } from "./walk.ts";

export interface Part {
  readonly range: IdRange;
  readonly order: Order;
  /** Matches before the page. */
  readonly skip: number;
  readonly perPage: number;
}

/** A page that begins this far past what the counters know is empty: they are never that late. */
const COUNTERS_LAG = 10_000;

/** Entries, and those that are whole rows, that are walked over rather than located, which takes some two and a half read units. */
const NEAR = { entries: 300, rows: 100 };

/** Entries that a further Query costs as much as. */
const ENTRIES_OF_A_QUERY = 25;

export const reverse = (order: Order): Order => (order === "newest" ? "oldest" : "newest");

/** The ids that come after a range in an order; `undefined` where it goes on to the end. */
function after({ from, below }: IdRange, order: Order): IdRange | undefined {
  if (order === "newest") return from === undefined ? undefined : { below: from };
  return below === undefined ? undefined : { from: below };
}

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
  const edge = edgesOf(range).find(({ from, below }) =>
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

export interface Page {
  readonly page: readonly Match[];
  readonly scanned: number;
  /** Something comes after the page, or may. */
  readonly hasMore: boolean;
  /** All matches, where the walk came to the end of the list. */
  readonly total?: number;
  readonly stoppedAt?: number | undefined;
}

async function takeForward(
  store: Store,
  plan: Plan,
  { range, order, perPage }: Part,
  first: number,
  passedBefore: number,
): Promise<Page> {
  // What an end of the range cuts is counted after the page, unless the page has told.
  const countShort = edgesOf(range).length > 0;
  const wanted = { range, order, skip: first, take: perPage, countAll: false, countShort };
  const { page, passed, isAtEnd, scanned, stoppedAt } = await take(store, plan, wanted);
  return {
    page,
    scanned,
    hasMore: passed > first + perPage || !isAtEnd,
    ...(isAtEnd ? { total: passedBefore + passed } : {}),
    stoppedAt: page.length < perPage ? stoppedAt : undefined,
  };
}

/** The page from the far end of its bucket, and what of it lies behind the bucket. */
async function takeBackward(
  store: Store,
  plan: Plan,
  { range, order, skip, perPage }: Part,
  bucket: Bucket,
  left: number,
  total: () => Promise<number>,
): Promise<Page> {
  const behind = after(bucket.range, order);
  const [inside, beyond] = await Promise.all([
    take(store, plan, {
      range: intersect(range, bucket.range),
      order: reverse(order),
      skip: Math.max(0, left - perPage),
      take: Math.min(left, perPage),
      countAll: false,
    }),
    left < perPage && behind
      ? take(store, plan, {
          range: intersect(range, behind),
          ...{ order, skip: 0, take: perPage - left, countAll: false },
        })
      : undefined,
  ]);
  const page = [...inside.page.toReversed(), ...(beyond?.page ?? [])];
  return {
    page,
    scanned: inside.scanned + (beyond?.scanned ?? 0),
    hasMore: beyond
      ? !beyond.isAtEnd || beyond.passed > perPage - left
      : skip + perPage < (await total()),
  };
}

/** Whether a page is walked to, and not located. */
export function isNear({ path, entriesPerMatch, members }: Plan, { skip }: Part): boolean {
  const isWhole = path.every(({ source }) => hasWholeRows(source));
  // Of several sources about as much again is read for nothing.
  const walked = skip * entriesPerMatch * (path.length > 1 && !members ? 2 : 1);
  return walked <= (isWhole ? NEAR.rows : NEAR.entries);
}

/** Whether it may take five round trips to find a page that is not near, and not four: there is one left for its rows. */
export function isFar(plan: Plan, { range }: Part): boolean {
  if (!isOfGroup(plan)) return !isShort(range);
  // A group's own item comes first, then what the ends of a range cut; the oldest that have not ended come before both.
  return plan.timed === undefined || !(isUnbounded(range) || isBrief(range));
}

/**
 * A page of a list whose total is known: from the bucket that it begins in, from whichever end of it is nearer, or else
 * walked to from the beginning.
 */
export async function pageAt(
  store: Store,
  plan: Plan,
  part: Part,
  total: () => Promise<number>,
  bucket: Bucket | undefined,
): Promise<Page> {
  if (bucket === undefined) return takeForward(store, plan, part, part.skip, 0);
  if (part.skip > bucket.before + bucket.inside + COUNTERS_LAG) {
    return { page: [], scanned: 0, hasMore: false };
  }
  const first = part.skip - bucket.before;
  const left = bucket.inside - first;
  const behind = after(bucket.range, part.order);
  if (left <= 0 && behind) {
    // It has what the counters do not know yet, or nothing.
    const range = intersect(part.range, behind);
    return takeForward(store, plan, { ...part, range }, -left, bucket.before + bucket.inside);
  }
  const { from, below } = bucket.range;
  const inside = intersect(part.range, bucket.range);
  const isWhole = inside.from === from && inside.below === below;
  const backward = left < part.perPage ? part.perPage + ENTRIES_OF_A_QUERY : left;
  if (isWhole && left > 0 && backward < first + part.perPage)
    return takeBackward(store, plan, part, bucket, left, total);
  const range = intersect(part.range, part.order === "newest" ? { below } : { from });
  return takeForward(store, plan, { ...part, range }, first, bucket.before);
}
