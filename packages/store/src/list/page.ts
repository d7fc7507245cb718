/** A page by its number: walked to from the beginning of the list, or from the bucket that it begins in. */
import { type IdRange, intersect } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import { edgesOf } from "../counters/ranges.ts";
import { treeOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Bucket } from "./bucket.ts";
import type { Plan } from "./plan.ts";
import type { Part } from "./reach.ts";
import { type Seen, seenIn } from "./seen.ts";
import { take } from "./take.ts";
import type { Match } from "./walk.ts";

/** A page that begins this far past what the counters know is empty: they are never that late. */
const COUNTERS_LAG = 10_000;

/** Entries that a further Query costs as much as. */
const ENTRIES_OF_A_QUERY = 25;

export const reverse = (order: Order): Order => (order === "newest" ? "oldest" : "newest");

/** The ids that come after a range in an order; `undefined` where it goes on to the end. */
export function after({ from, below }: IdRange, order: Order): IdRange | undefined {
  if (order === "newest") return from === undefined ? undefined : { below: from };
  return below === undefined ? undefined : { from: below };
}

export interface Page {
  readonly page: readonly Match[];
  readonly scanned: number;
  /** Something comes after the page, or may. */
  readonly hasMore: boolean;
  /** All matches, where the walk came to the end of the list. */
  readonly total?: number;
  readonly stoppedAt?: number | undefined;
  /** What was seen on the way to the page, where it was walked to from the beginning. */
  readonly seen?: Seen;
}

async function takeForward(
  store: Store,
  plan: Plan,
  { range, order, perPage }: Part,
  first: number,
  passedBefore: number,
): Promise<Page> {
  // What an end of the range cuts is counted after the page, unless the page has told.
  const countShort = edgesOf(treeOf(plan.tallies ?? []), range).length > 0;
  const wanted = { range, order, skip: first, take: perPage, countAll: false, countShort };
  const taken = await take(store, plan, wanted);
  const { page, passed, isAtEnd, scanned, stoppedAt } = taken;
  return {
    page,
    scanned,
    hasMore: passed > first + perPage || !isAtEnd,
    ...(isAtEnd ? { total: passedBefore + passed } : {}),
    stoppedAt: page.length < perPage ? stoppedAt : undefined,
    seen: seenIn(range, order, taken),
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
