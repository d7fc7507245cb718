/** What has been read of a list: the ids of all matches that lie between two. */
import type { Bounds, IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Collected } from "./collect.ts";

export interface Seen extends Bounds {
  readonly ids: readonly number[];
}

/** What a walk through a range has seen: as far as its last match, or all. */
export function seenIn(
  { from = 0, below = Number.POSITIVE_INFINITY }: IdRange,
  order: Order,
  { ids, isAtEnd }: Pick<Collected, "ids" | "isAtEnd">,
): Seen {
  const last = ids.at(-1);
  if (isAtEnd) return { from, below, ids };
  if (last === undefined) return { from, below: from, ids };
  return order === "newest" ? { from: last, below, ids } : { from, below: last + 1, ids };
}

/** Of what has been seen, what lies in some ids; `undefined` where they have others as well. */
export function seenOf(seen: Seen, { from, below }: Bounds): Seen | undefined {
  if (from < seen.from || below > seen.below) return undefined;
  return { from, below, ids: seen.ids.filter((id) => id >= from && id < below) };
}
