/** Which pages are walked to, and which are located: by how many matches come before them. */
import { type IdRange, isUnbounded } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import { groupTree, wideTree } from "../counters/buckets.ts";
import { isShort } from "../counters/ranges.ts";
import { isOfGroup, isOfRows, type Plan } from "./plan.ts";

/** A page by its number, as it is asked for. */
export interface Part {
  readonly range: IdRange;
  readonly order: Order;
  /** Matches before the page. */
  readonly skip: number;
  readonly perPage: number;
}

/** Entries, and those that are whole rows, that are walked over rather than located, which takes some two and a half read units. */
const NEAR = { entries: 300, rows: 100 };

/** Whether a page is walked to, and not located. */
export function isNear(plan: Plan, { skip }: Part): boolean {
  const { path, entriesPerMatch, members } = plan;
  // Of several sources about as much again is read for nothing.
  const walked = skip * entriesPerMatch * (path.length > 1 && !members ? 2 : 1);
  return walked <= (isOfRows(plan) ? NEAR.rows : NEAR.entries);
}

/**
 * Matches that cost less to pass over than a bucket to look into: half a read unit holds some sixty entries of a group, where no
 * other source is read beside it.
 */
const FEW = { ofOneGroup: 100, others: 25 };

export const fewOf = (plan: Plan): number =>
  isOfGroup(plan) && !isOfRows(plan) && plan.path.length === 1 ? FEW.ofOneGroup : FEW.others;

/** Whether it may take five round trips to find a page that is not near, and not four: there is one left for its rows. */
export function isFar(plan: Plan, { range }: Part): boolean {
  if (!isOfGroup(plan)) return !isShort(wideTree, range);
  // A group's own item comes first, then what the ends of a range cut; the oldest that have not ended come before both.
  return plan.timed === undefined || !(isUnbounded(range) || isShort(groupTree, range));
}
