/** Positions: which execution is the n-th of those that were created in some time, by the counts of time buckets. */
import type { Bounds, IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Store } from "../store.ts";
import {
  childOf,
  DAY,
  FINE,
  fineOf,
  finesOf,
  idOfFine,
  isNode,
  isWithin,
  type Node,
  offsetIn,
  ROOT,
  root,
} from "./buckets.ts";
import type { Cell } from "./cells.ts";
import { type ReadItems, readItemsOnce } from "./items.ts";
import {
  FEW,
  finesIn,
  inNode,
  nodeKeys,
  nodesIn,
  readRange,
  type Source,
  sourceOf,
  sum,
} from "./ranges.ts";
import type { Tally } from "./tally.ts";

/** The child of a node that has the `offset`-th execution of some cells in it, and how many come before it. */
function nthOf(node: Node, cells: readonly Cell[], order: Order, offset: number) {
  const direction = order === "newest" ? -1 : 1;
  const children = [
    ...Map.groupBy(cells, ({ bucket }) => offsetIn(node, finesOf(bucket).from)),
  ].toSorted(([one], [other]) => direction * (one - other));
  let before = 0;
  for (const [at, some] of children) {
    const inside = sum(some);
    if (offset < before + inside) return { child: childOf(node, at), before, inside };
    before += inside;
  }
  return undefined;
}

export interface Located {
  /** The ids of the bucket, as far as they are in the range. */
  readonly range: IdRange;
  /** How many of the tallies come before it in the order, and how many are in it. */
  readonly before: number;
  readonly inside: number;
}

/** What tallies count that is not to be counted. */
export interface Others {
  /** Those that are counted by the day. */
  readonly tallies: readonly Tally[];
  /** Their ids, of a day that was found. */
  readonly idsOf: (day: Bounds) => Promise<readonly number[]>;
  /** Those that no tally counts. */
  readonly ids: readonly number[];
}

export interface Place {
  readonly order: Order;
  /** From 0, and from the first bucket that lies in the range as a whole. */
  readonly offset: number;
  /** All ids where it is left out; of what is counted by the day alone no other range is known. */
  readonly within?: IdRange;
  readonly without?: Others;
}

const less = (cells: readonly Cell[]): Cell[] => cells.map((cell) => ({ ...cell, n: -cell.n }));

const cellOf = (id: number): Cell => ({
  ...{ bucket: { level: FINE, at: fineOf(id) }, field: "created", n: 1 },
});

/** Whether a locate in a range takes three requests at most, and not four: no month lies in it as a whole. */
export const isShort = (range: IdRange): boolean =>
  nodesIn(range).every(({ level }) => level > ROOT);

/**
 * The bucket that has the `offset`-th execution, from 0, of some tallies in the buckets that lie in a range; `undefined`
 * past the last of them. At most four requests one after the other: what a count of the range reads, a
 * month, a day, an hour; half a read unit for each item of up to 4 KB. It stops above a fine bucket where there are fewer
 * than fifty, and at a day what is counted by the day. A group has its days in one item.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function locate(
  store: Store,
  tallies: readonly Tally[],
  { order, offset, within = {}, without }: Place,
  read: ReadItems = readItemsOnce(store),
): Promise<Located | undefined> {
  const sources = tallies.map(sourceOf);
  const [first, last] = finesIn(within);
  const wholeOf = async (some: readonly Source[]) =>
    (await readRange(store, some, within, read)).whole;
  const [counted, others] = await Promise.all([
    wholeOf(sources),
    without ? wholeOf(without.tallies.map(sourceOf)) : [],
  ]);
  let cells = [...counted, ...less([...others, ...(without?.ids ?? []).map(cellOf)])];
  let located: Located | undefined;
  for (let node = root; ; ) {
    const before: number = located?.before ?? 0;
    const found = nthOf(node, cells, order, offset - before);
    // Below the root only while somebody spills: the bucket above is right all the same.
    if (found === undefined) return located;
    const { child, inside } = found;
    const { from, below } = finesOf(child);
    located = {
      range: { from: idOfFine(Math.max(from, first)), below: idOfFine(Math.min(below, last)) },
      before: before + found.before,
      inside,
    };
    if (!isNode(child) || inside < FEW) return located;
    cells = cells.filter(
      ({ bucket }) => bucket.level > child.level && isWithin(bucket, from, below),
    );
    const isDay = without !== undefined && child.level === DAY;
    const [items, ids] = await Promise.all([
      // What an end of the range cuts has been looked into.
      isWithin(child, first, last) ? read(nodeKeys(sources, [child])) : undefined,
      isDay ? without.idsOf({ from: idOfFine(from), below: idOfFine(below) }) : [],
    ]);
    if (items) cells.push(...inNode(sources, child, items));
    cells.push(...less(ids.map(cellOf)));
    node = child;
  }
}
