/** Lists: a page of the executions that match a filter, by its number or from a cursor, and how many there are in all. */
import type { Store } from "../store.ts";
import { knowsTotal } from "./count.ts";
import { findByNumber } from "./find/by-number.ts";
import { findByWalking } from "./find/by-walking.ts";
import type { Found } from "./find/found.ts";
import { findFromCursor } from "./find/from-cursor.ts";
import { simplify } from "./paths.ts";
import { planOf } from "./plan.ts";
import type { Cursor, Listed, ListRequest } from "./request.ts";

/**
 * A page by its number, or from a cursor. Lists that counters know cost the same whatever their size and the
 * page's place; others are walked as far as one request may go.
 */
export async function listExecutions(
  store: Store,
  request: ListRequest,
  at: number | Cursor,
): Promise<Listed> {
  const filter = simplify(request.filter);
  if (filter === undefined) {
    const page = typeof at === "number" ? at : at.page;
    return { rows: [], page, total: 0, complete: true, scanned: 0 };
  }
  const plan = await planOf(store, filter);
  const isCounted = knowsTotal(plan, request.range);
  if (typeof at !== "number")
    return answer(await findFromCursor(store, plan, request, at), isCounted);
  const find = isCounted ? findByNumber : findByWalking;
  return answer(await find(store, plan, request, at), isCounted);
}

/** Adds cursors; a total that was found by walking travels in them, so that a list is walked for it once. */
function answer(found: Found, isCounted: boolean): Listed {
  const { page, matches, rows, skip, total, isExact, scanned, stoppedAt } = found;
  const first = matches.at(0)?.id;
  const last = stoppedAt ?? matches.at(-1)?.id;
  const known = isCounted ? {} : { walked: { total, isExact } };
  const matched = skip + matches.length;
  return {
    rows,
    page,
    total,
    complete: isExact && stoppedAt === undefined,
    scanned,
    ...(found.hasNext && last !== undefined
      ? { next: { direction: "next", id: last, page: page + 1, matched, ...known } }
      : {}),
    ...(found.hasPrev && first !== undefined
      ? {
          prev: {
            direction: "prev",
            id: first,
            page: Math.max(1, page - 1),
            matched: skip,
            ...known,
          },
        }
      : {}),
  };
}
