/** Pages by cursors. */
import type { Store } from "../../store.ts";
import { knowsTotal, totalOf } from "../count.ts";
import { findEnded } from "../ended.ts";
import { beyond } from "../entries.ts";
import { reverse } from "../page.ts";
import type { Plan } from "../plan.ts";
import type { Cursor, ListRequest } from "../request.ts";
import { take } from "../take.ts";
import { type Found, rowsOf } from "./found.ts";

/** A page from a cursor. */
export async function findFromCursor(
  store: Store,
  plan: Plan,
  { range, order, perPage }: ListRequest,
  cursor: Cursor,
): Promise<Found> {
  const { direction, id, page, matched } = cursor;
  const isForward = direction === "next";
  const way = isForward ? order : reverse(order);
  const isCounted = knowsTotal(plan, range);
  const ended = findEnded(store, plan, range, { id, isBurst: false });
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
