/** Positions: which execution is the n-th of those that were created in some time, by the counts of time buckets. */
import type { Bounds, IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Store } from "../store.ts";
import {
  type Bucket,
  bucketAt,
  childOf,
  idsOf,
  isWithin,
  offsetIn,
  root,
  type Tree,
} from "./buckets.ts";
import type { Cell } from "./cells.ts";
import { type ReadItems, readItemsOnce } from "./items.ts";
import { inNode, nodeKeys, readRange, sourcesOf, sum, wholesIn } from "./ranges.ts";
import { type Tally, treeOf } from "./tally.ts";

/** Consecutive buckets, by their ids. */
interface Run extends Bounds {
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
function childrenOf(
  tree: Tree,
  node: Bucket,
  cells: readonly Cell[],
  order: Order,
  beforeNode: number,
) {
  const direction = order === "newest" ? -1 : 1;
  let before = beforeNode;
  return [...Map.groupBy(cells, ({ bucket }) => offsetIn(tree, node, idsOf(bucket).from))]
    .toSorted(([one], [other]) => direction * (one - other))
    .map(([at, some]) => {
      const child = { bucket: childOf(tree, node, at), before, inside: sum(some) };
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
  const ids = [start, end].map(({ bucket }) => idsOf(bucket));
  const run: Run = {
    from: Math.min(...ids.map(({ from }) => from)),
    below: Math.max(...ids.map(({ below }) => below)),
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
  /** From 0, and from the first bucket that lies in the range as a whole; what counts before it may be read meanwhile. */
  readonly offset: number | Promise<number>;
  /** So many after it are wanted beside it, or before it where this is negative, as far as its siblings have them. */
  readonly reach: number;
  /** All ids where it is left out. */
  readonly within?: IdRange;
  /** Passing fewer over costs less than looking into a bucket. */
  readonly few: number;
  readonly without?: Others;
}

/** Takes an execution off. */
const lessOne = ({ leaf }: Tree, id: number): Cell => ({
  ...{ bucket: bucketAt(leaf, id), field: "created", n: -1 },
});

/** What some ids have beside others that have an end of them. */
const beside = ({ from, below }: Bounds, others: Bounds): Bounds =>
  others.from <= from ? { from: others.below, below } : { from, below: others.from };

/**
 * A locate looks into the days that the ends of a range cut, and into the quarter of an hour that it begins with: where a
 * page is depends on that. The one at its other end is looked into where the page may be there.
 */
const depthOf = (end: Bucket) => ({ day: 0, isEdge: ({ at }: Bucket) => at === end.at });

/**
 * The buckets that have the `offset`-th execution, from 0, of some tallies in the buckets that lie in a range, and those
 * within its reach; past the last of them that one, and `undefined` where there is none. At most four requests one after the
 * other: what a count of the range reads, a year, four days, an hour; half a read unit for each item of up to 4 KB. A group has
 * its days in one item.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function locate(
  store: Store,
  tallies: readonly Tally[],
  { order, reach, within = {}, few, without, ...place }: Place,
  read: ReadItems = readItemsOnce(store),
): Promise<Located | undefined> {
  const sources = sourcesOf(tallies, without?.tallies);
  const tree = treeOf(sources);
  const wholes = wholesIn(tree, within);
  const lookInto = async (node: Bucket) =>
    inNode(sources, node, await read(nodeKeys(sources, [node])));
  const end = bucketAt("quarter", order === "newest" ? wholes.from : wholes.below - 1);
  const { whole, edges } = await readRange(store, sources, within, read, depthOf(end));
  const offset = await place.offset;
  let cells = [...whole, ...(without?.ids ?? []).map((id) => lessOne(tree, id))];
  const isCut = edges.some(({ bucket }) => bucket.level === end.level && bucket.at === end.at);
  const isOpened = isCut && offset >= sum(cells);
  if (isOpened) {
    const atEnd = await lookInto(end);
    cells.push(...atEnd.filter(({ bucket }) => isWithin(bucket, wholes)));
  }
  // What is not looked into is not in the buckets above it either.
  const counted = isCut && !isOpened ? beside(wholes, idsOf(end)) : wholes;
  const latest = sum(cells) - 1;
  if (latest < 0) return undefined;
  const nth = Math.min(offset, latest);
  const stretch = {
    first: Math.max(0, Math.min(nth, nth + reach)),
    last: Math.min(latest, Math.max(nth, nth + reach)),
  };
  let located: Located | undefined;
  let before = 0;
  for (let node: Bucket = root; ; ) {
    const children = childrenOf(tree, node, cells, order, before);
    const { found, run } = findIn(children, nth, stretch) ?? {};
    // Below the root only while somebody spills: the bucket above is right all the same.
    if (found === undefined || run === undefined) return located;
    located = {
      range: {
        from: Math.max(run.from, counted.from),
        below: Math.min(run.below, counted.below),
      },
      before: run.before,
      inside: run.inside,
    };
    const child = found.bucket;
    if (child.level === tree.leaf || passedOf(run, stretch) < few) return located;
    cells = cells.filter(
      ({ bucket }) => bucket.level !== child.level && isWithin(bucket, idsOf(child)),
    );
    // What an end of the range cuts has been looked into.
    if (isWithin(child, wholes)) cells.push(...(await lookInto(child)));
    node = child;
    before = found.before;
  }
}
