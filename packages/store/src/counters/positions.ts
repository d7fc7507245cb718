/** Positions: which execution is the n-th of those that were created in some time, by the counts of time buckets. */
import type { IdRange } from "@attune/domain/ids";
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
  nodeOf,
  offsetIn,
  ROOT,
  root,
} from "./buckets.ts";
import type { Cell } from "./cells.ts";
import { type ReadItems, readItemsOnce } from "./items.ts";
import { finesIn, inNode, nodeKeys, nodesIn, readRange, sourcesOf, sum } from "./ranges.ts";
import type { Tally } from "./tally.ts";

/** Consecutive buckets, by their fine buckets. */
interface Run {
  readonly from: number;
  readonly below: number;
  /** How many of some cells come before it in an order, and how many are in it. */
  readonly before: number;
  readonly inside: number;
}

/** From the first to the last of some places in an order, from 0. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The children of a node that have something, in an order, and how many of some cells come before each. */
function childrenOf(node: Node, cells: readonly Cell[], order: Order, beforeNode: number) {
  const direction = order === "newest" ? -1 : 1;
  let before = beforeNode;
  return [...Map.groupBy(cells, ({ bucket }) => offsetIn(node, finesOf(bucket).from))]
    .toSorted(([one], [other]) => direction * (one - other))
    .map(([at, some]) => {
      const child = { bucket: childOf(node, at), before, inside: sum(some) };
      before += child.inside;
      return child;
    });
}
type Children = ReturnType<typeof childrenOf>;

/** The child that has the `offset`-th, and the run of children that has a stretch, as far as they have it. */
function findIn(children: Children, offset: number, { first, last }: Stretch) {
  const placeOf = (nth: number) =>
    children.findIndex(({ before, inside }) => nth < before + inside);
  const found = children[placeOf(offset)];
  const start = children[placeOf(first)];
  // Where none has the last of them, the last child has what there is.
  const end = children.at(placeOf(last));
  if (!found || !start || !end) return undefined;
  const fines = [start, end].map(({ bucket }) => finesOf(bucket));
  const run: Run = {
    from: Math.min(...fines.map(({ from }) => from)),
    below: Math.max(...fines.map(({ below }) => below)),
    before: start.before,
    inside: end.before + end.inside - start.before,
  };
  return { found, run };
}

/** How many have to be passed on the way to a stretch from the nearer end of a run, as far as it has an end of the stretch. */
function passedOf({ before, inside }: Run, { first, last }: Stretch): number {
  const ways = [first - before, before + inside - 1 - last].filter((passed) => passed >= 0);
  return Math.min(...ways);
}

export interface Located {
  /** The ids of the buckets, as far as they are in the range. */
  readonly range: IdRange;
  /** How many of the tallies come before them in the order, and how many are in them. */
  readonly before: number;
  readonly inside: number;
}

/** What tallies count that is not to be counted. */
export interface Others {
  readonly tallies: readonly Tally[];
  /** Those that no tally counts. */
  readonly ids: readonly number[];
}

export interface Place {
  readonly order: Order;
  /** From 0, and from the first bucket that lies in the range as a whole. */
  readonly offset: number;
  /** So many after it are wanted beside it, or before it where this is negative, as far as its siblings have them. */
  readonly reach: number;
  /** All ids where it is left out. */
  readonly within?: IdRange;
  readonly without?: Others;
}

/** Takes an execution off. */
const lessOne = (id: number): Cell => ({
  ...{ bucket: { level: FINE, at: fineOf(id) }, field: "created", n: -1 },
});

/** Whether a locate in a range takes three requests at most, and not four: no month lies in it as a whole. */
export const isShort = (range: IdRange): boolean =>
  nodesIn(range).every(({ level }) => level > ROOT);

/** Whether a locate in a range looks into every day of it at once: an end of it is in each. */
export function isBrief(range: IdRange): boolean {
  const [first, last] = finesIn(range);
  return nodeOf(DAY, last).at - nodeOf(DAY, first).at < 2;
}

/** Passing fewer over costs less than looking into a bucket. */
const FEW = 25;

/**
 * The buckets that have the `offset`-th execution, from 0, of some tallies in the buckets that lie in a range, and those
 * within its reach; past the last of them that one, and `undefined` where there is none. At most four requests one after the
 * other: what a count of the range reads, a month, a day, an hour; half a read unit for each item of up to 4 KB. A group has
 * its days in one item.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function locate(
  store: Store,
  tallies: readonly Tally[],
  { order, offset, reach, within = {}, without }: Place,
  read: ReadItems = readItemsOnce(store),
): Promise<Located | undefined> {
  const sources = sourcesOf(tallies, without?.tallies);
  const [first, last] = finesIn(within);
  const { whole } = await readRange(store, sources, within, read);
  let cells = [...whole, ...(without?.ids ?? []).map(lessOne)];
  const latest = sum(cells) - 1;
  if (latest < 0) return undefined;
  const nth = Math.min(offset, latest);
  const stretch = {
    first: Math.max(0, Math.min(nth, nth + reach)),
    last: Math.min(latest, Math.max(nth, nth + reach)),
  };
  let located: Located | undefined;
  let before = 0;
  for (let node = root; ; ) {
    const children = childrenOf(node, cells, order, before);
    const { found, run } = findIn(children, nth, stretch) ?? {};
    // Below the root only while somebody spills: the bucket above is right all the same.
    if (found === undefined || run === undefined) return located;
    located = {
      range: {
        from: idOfFine(Math.max(run.from, first)),
        below: idOfFine(Math.min(run.below, last)),
      },
      before: run.before,
      inside: run.inside,
    };
    const child = found.bucket;
    if (!isNode(child) || passedOf(run, stretch) < FEW) return located;
    const { from, below } = finesOf(child);
    cells = cells.filter(
      ({ bucket }) => bucket.level > child.level && isWithin(bucket, from, below),
    );
    // What an end of the range cuts has been looked into.
    if (isWithin(child, first, last)) {
      const items = await read(nodeKeys(sources, [child]));
      cells.push(...inNode(sources, child, items));
    }
    node = child;
    before = found.before;
  }
}
