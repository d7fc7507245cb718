/** The members of a group whose lists tell them apart by how they ended. */
import type { IdRange } from "@attune/domain/ids";
import type { Status } from "@attune/domain/lifecycle";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Totals } from "../counters/read-totals.ts";
import type { Group, Tally } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Wanted } from "./collect.ts";
import { type Path, settledGroupOf, unfinishedOf } from "./paths.ts";
import { findSettled, type Settled } from "./settled.ts";
import { unsuccessful } from "./sources.ts";

export interface Members {
  readonly group: Group;
  /** What counts those that were unsuccessful otherwise than is asked for. */
  readonly others: readonly Tally[];
  /** How many of them have not ended, by the counters. */
  readonly unfinished: number;
  /** The share of them that was unsuccessful. */
  readonly unsuccessful: number;
  /** Those that have not ended, from the oldest or the newest on, read once. */
  readonly settled: (order: Order) => Promise<Settled>;
  /** Whether that costs nothing: none is left, or they have been read. */
  readonly isSettled: (order: Order) => boolean;
}

/** The members that a path tells apart, by the counters; `undefined` where it does not. */
export function membersOf(
  store: Store,
  path: Path,
  countOf: Totals["countOf"],
  { status, within }: { readonly status?: readonly Status[] | undefined; readonly within: IdRange },
): Members | undefined {
  const group = settledGroupOf(path);
  if (group === undefined) return undefined;
  const unfinished = unfinishedOf(group, countOf);
  const created = countOf({ counter: group, field: "created" });
  const completed = countOf({ counter: group, field: "completed" });
  const found = new Map<Order, Promise<Settled>>();
  return {
    ...{ group, unfinished },
    others: unsuccessful
      .filter((field) => !status?.includes(field))
      .map((field) => ({ counter: group, field })),
    unsuccessful: created > 0 ? (created - completed - unfinished) / created : 0,
    settled: (order) => {
      const known = found.get(order) ?? findSettled(store, group, unfinished, within, order);
      found.set(order, known);
      return known;
    },
    isSettled: (order) => unfinished === 0 || found.has(order),
  };
}

/**
 * Matches that are passed, and members that have not ended, for which it pays to find out which these are, some three read
 * units, rather than read items.
 */
const MANY = { matches: 50, unfinished: 5 };

/** What tells which members have completed, where it costs nothing or there is more than a page to look at. */
export async function settledOf(
  members: Members | undefined,
  { skip, take, countAll }: Wanted,
  order: Order,
): Promise<Settled | undefined> {
  if (members === undefined) return undefined;
  // A page was located by the oldest.
  if (members.isSettled("oldest")) return members.settled("oldest");
  const isMuch = countAll || skip + take > MANY.matches || members.unfinished > MANY.unfinished;
  return isMuch ? members.settled(order) : undefined;
}
