/** Pages by their numbers, where the counters tell the total. */
import { type IdRange, isUnbounded } from "@attune/domain/ids";
import type { Order } from "../../access-patterns/executions-read.ts";
import type { Store } from "../../store.ts";
import type { Near } from "../beside.ts";
import { type Bucket, bucketOf, readBeginning } from "../bucket.ts";
import { totalOf } from "../count.ts";
import { findEnded } from "../ended.ts";
import { pageAt } from "../page.ts";
import { isOfGroup, isOfRows, type Plan } from "../plan.ts";
import { isFar, isNear, type Part } from "../reach.ts";
import type { ListRequest } from "../request.ts";
import { type Ended, isBurst } from "../rows.ts";
import { seenOf } from "../seen.ts";
import { type Found, rowsOf } from "./found.ts";

/** Where a page is that is near what a range begins with in an order, where it has a beginning: some ids have so many. */
function nearOf({ from, below }: IdRange, order: Order, inside = 0): Near | undefined {
  const id = order === "oldest" ? from : below && below - 1;
  const isWithin = from !== undefined && below !== undefined && isBurst({ from, below }, inside);
  return id === undefined ? undefined : { id, isBurst: isWithin };
}

/** Whether the rows are items, and the counters are read in one request with them: nothing asks for the total before. */
const isCountedWithRows = (plan: Plan, part: Part): boolean =>
  isUnbounded(part.range) && isNear(plan, part) && !isOfRows(plan);

/**
 * What the rows of a page are looked for by. Page 1 of a whole list is the most asked for, and of executions that run: their
 * items come a round trip sooner. A far page has no other round trip left.
 */
function endedOf(
  store: Store,
  plan: Plan,
  part: Part,
  locating: Promise<Bucket | undefined> | undefined,
): Promise<Ended> | undefined {
  const { range, order } = part;
  const lookAt = (some: IdRange, inside?: number) =>
    findEnded(store, plan, range, nearOf(some, order, inside));
  if (locating === undefined) return isUnbounded(range) ? undefined : lookAt(range);
  if (isFar(plan, part)) return undefined;
  // What tells of a group is of the time of the page, and of other lists of their range.
  return isOfGroup(plan)
    ? locating.then((bucket) => lookAt(bucket?.range ?? range, bucket?.inside))
    : lookAt(range);
}

/** A page by its number, of a list that the counters know. */
export async function findByNumber(
  store: Store,
  plan: Plan,
  { range, order, perPage }: ListRequest,
  page: number,
): Promise<Found> {
  const skip = (page - 1) * perPage;
  const part = { range, order, skip, perPage };
  const beginning = isNear(plan, part) ? undefined : readBeginning(store, plan, part);
  let counting: Promise<number> | undefined;
  const count = () => {
    counting ??= totalOf(store, plan, range, async (ids) => {
      const seen = isNear(plan, part) ? (await finding).seen : await (await beginning)?.seen;
      return seen && seenOf(seen, ids)?.ids.length;
    });
    return counting;
  };
  const locating = beginning?.then((seen) => bucketOf(store, plan, part, count, seen));
  const finding = Promise.resolve(locating).then((bucket) =>
    pageAt(store, plan, part, count, bucket),
  );
  // Awaited further down, where a failure is heard; one before that must not go unheard.
  if (!isCountedWithRows(plan, part)) count().catch(() => undefined);
  const ended = endedOf(store, plan, part, locating);
  ended?.catch(() => undefined);
  const found = await finding;
  const matches = found.page;
  const reached = skip + matches.length + Number(found.hasMore && found.stoppedAt === undefined);
  const [rows, total] = await Promise.all([
    rowsOf(store, plan.filter, matches, ended),
    // What has come to the end of the list has counted by itself, and is not behind.
    found.total ?? count().then((n) => Math.max(n, matches.length > 0 ? reached : 0)),
  ]);
  return {
    ...{ page, skip, matches, rows, total },
    isExact: true,
    hasNext: found.hasMore,
    hasPrev: page > 1,
    scanned: found.scanned,
    stoppedAt: found.stoppedAt,
  };
}
