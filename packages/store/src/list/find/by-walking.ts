/** Pages by their numbers, where nothing tells the total. */
import type { Store } from "../../store.ts";
import type { Plan } from "../plan.ts";
import type { ListRequest } from "../request.ts";
import { burst } from "../rows.ts";
import { take } from "../take.ts";
import { type Found, rowsOf } from "./found.ts";

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
