/** The three ways to find a page: by the counters, by walking, and from a cursor. */
import { type Filter, meets } from "@attune/domain/filter";
import { type Bounds, type IdRange, isUnbounded } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { knowsTotal, totalOf } from "./count.ts";
import { findEnded } from "./ended.ts";
import { beyond } from "./entries.ts";
import {
  type Bucket,
  bucketOf,
  isFar,
  isNear,
  type Page,
  type Part,
  pageAt,
  readFirstEdge,
  reverse,
} from "./page.ts";
import { isOfGroup, type Plan } from "./plan.ts";
import type { Cursor, ListRequest } from "./request.ts";
import { burst, type Ended, readRows } from "./rows.ts";
import { hasWholeRows } from "./sources.ts";
import { take } from "./take.ts";
import type { Match } from "./walk.ts";

/** What was found for a page, in the order of the list. */
export interface Found {
  readonly page: number;
  readonly matches: readonly Match[];
  /** Those of the matches that are still there. */
  readonly rows: readonly Row[];
  /** Matches before the page. */
  readonly skip: number;
  /** Exact, unless it was walked and the walk stopped early. */
  readonly total: number;
  readonly isExact: boolean;
  readonly hasNext: boolean;
  readonly hasPrev: boolean;
  readonly scanned: number;
  /** The last id that was looked at, where the walk stopped before the page was full. */
  readonly stoppedAt?: number | undefined;
}

/** The rows of the matches of a page, in their order. A row may be newer than what told of it: it decides. */
async function rowsOf(
  store: Store,
  filter: Filter,
  matches: readonly Match[],
  ended?: Promise<Ended> | Ended,
): Promise<Row[]> {
  const known = new Map(matches.flatMap(({ id, row }) => (row ? [[id, row] as const] : [])));
  const ids = matches.flatMap(({ id }) => (known.has(id) ? [] : [id]));
  const { rows } = await readRows(store, ids, ids.length > 0 ? await ended : undefined);
  for (const row of rows) known.set(row.id, row);
  return matches.flatMap(({ id }) => {
    const row = known.get(id);
    return row && meets(filter, row, ["status"]) ? row : [];
  });
}

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
export async function findCounted(
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

/** A page by its number, of a list that is walked to its end for its total. */
export async function findByWalking(
  store: Store,
  plan: Plan,
  { range, order, perPage }: ListRequest,
  page: number,
): Promise<Found> {
  const skip = (page - 1) * perPage;
  const wanted = { range, order, skip, take: perPage, countAll: true };
  const { page: matches, passed, isAtEnd, ...collected } = await take(store, plan, wanted);
  return {
    page,
    rows: await rowsOf(store, plan.filter, matches, burst),
    skip: isAtEnd || matches.length > 0 ? skip : passed,
    matches,
    total: passed,
    isExact: isAtEnd,
    hasNext: passed > skip + perPage || !isAtEnd,
    hasPrev: page > 1,
    scanned: collected.scanned,
    stoppedAt: matches.length < perPage ? collected.stoppedAt : undefined,
  };
}

/** A page from a cursor. */
export async function findFrom(
  store: Store,
  plan: Plan,
  { range, order, perPage }: ListRequest,
  cursor: Cursor,
): Promise<Found> {
  const { direction, id, page, matched } = cursor;
  const isForward = direction === "next";
  const way = isForward ? order : reverse(order);
  const isCounted = knowsTotal(plan, range);
  const ended = findEnded(store, plan, range, id);
  ended.catch(() => undefined);
  const collecting = take(store, plan, {
    range: beyond(range, id, way),
    order: way,
    skip: 0,
    take: perPage,
    countAll: false,
  });
  const [counted, collected, rows] = await Promise.all([
    isCounted ? totalOf(store, plan, range) : cursor.walked?.total,
    collecting,
    collecting.then(({ page }) => rowsOf(store, plan.filter, page, ended)),
  ]);
  const { page: taken, passed, isAtEnd, scanned } = collected;
  const hasMore = passed > perPage || !isAtEnd;
  const reached = matched + (isForward ? passed : 0);
  return {
    page,
    skip: isForward ? matched : Math.max(0, matched - taken.length),
    matches: isForward ? taken : taken.toReversed(),
    rows: isForward ? rows : rows.toReversed(),
    total: Math.max(counted ?? reached, reached),
    isExact: isCounted || cursor.walked?.isExact === true || (isForward && isAtEnd),
    hasNext: !isForward || hasMore,
    hasPrev: isForward || hasMore,
    scanned,
    stoppedAt: taken.length < perPage ? collected.stoppedAt : undefined,
  };
}
