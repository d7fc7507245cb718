/** Pages by their numbers, where the counters tell the total. */
import { type Bounds, type IdRange, isUnbounded } from "@attune/domain/ids";
import type { Order } from "../../access-patterns/executions-read.ts";
import type { Store } from "../../store.ts";
import { type Bucket, bucketOf, readFirstEdge } from "../bucket.ts";
import { totalOf } from "../count.ts";
import { findEnded } from "../ended.ts";
import { type Page, pageAt } from "../page.ts";
import { isOfGroup, type Plan } from "../plan.ts";
import { isFar, isNear, type Part } from "../reach.ts";
import type { ListRequest } from "../request.ts";
import type { Ended } from "../rows.ts";
import { hasWholeRows } from "../sources.ts";
import { type Found, rowsOf } from "./found.ts";

/** How many of a list's matches lie in an edge of it, where the page that was walked to tells. */
function countOnPage(
  { page, total }: Page,
  { from, below }: Bounds,
  { order, skip }: Part,
): number | undefined {
  // The walk has counted them all by itself.
  if (total !== undefined) return 0;
  const last = page.at(-1)?.id;
  const isPassed = last !== undefined && (order === "newest" ? last < from : last >= below);
  return skip === 0 && isPassed
    ? page.filter(({ id }) => id >= from && id < below).length
    : undefined;
}

/** The id that a range begins with in an order, where it has one. */
const beginningOf = ({ from, below }: IdRange, order: Order) =>
  order === "oldest" ? from : below === undefined ? undefined : below - 1;

/** Whether the rows are items, and the counters are read in one request with them: nothing asks for the total before. */
const isCountedWithRows = (plan: Plan, part: Part): boolean =>
  isUnbounded(part.range) &&
  isNear(plan, part) &&
  !plan.path.every(({ source }) => hasWholeRows(source));

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
  const lookAt = (some: IdRange) => findEnded(store, plan, range, beginningOf(some, order));
  if (locating === undefined) return isUnbounded(range) ? undefined : lookAt(range);
  if (isFar(plan, part)) return undefined;
  // What tells of a group is of the time of the page, and of other lists of their range.
  return isOfGroup(plan)
    ? locating.then((bucket) => lookAt(bucket?.range ?? range))
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
  const firstEdge = readFirstEdge(store, plan, part);
  let counting: Promise<number> | undefined;
  const count = () => {
    counting ??= totalOf(store, plan, range, async (edge) => {
      if (isNear(plan, part)) return countOnPage(await finding, edge, part);
      const isFirst = edge.from === firstEdge?.edge.from && edge.below === firstEdge.edge.below;
      return isFirst ? firstEdge.count : undefined;
    });
    return counting;
  };
  const locating = isNear(plan, part) ? undefined : bucketOf(store, plan, part, count, firstEdge);
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
