/**
 * How many executions were created in some time, by the counts of time buckets. What a bucket counts is in its
 * nodes, and in the heads as far as they have not spilled it.
 */
import { type Bounds, type IdRange, intersect, isEmpty } from "@attune/domain/ids";
import type { Store } from "../store.ts";
import {
  type Bucket,
  bucketAt,
  groupTree,
  idsOf,
  isWithin,
  nodesAlong,
  type Tree,
  wholesOf,
} from "./buckets.ts";
import { type Cell, cellsOfGroup, cellsOfHead, cellsOfNode } from "./cells.ts";
import { type Fields, type Items, type ReadItems, readItemsOnce } from "./items.ts";
import { groupNodeKey, headKeys, nodeKey, placeOf } from "./keys.ts";
import { hasPositions, isGroup, isLasting, type Lasting, type Tally, treeOf } from "./tally.ts";

/** A tally that has positions, and whether what it counts is added or taken off. */
export interface Source extends Tally {
  readonly field: Lasting;
  readonly sign: 1 | -1;
}

const sourceOf =
  (sign: Source["sign"]) =>
  ({ counter, field }: Tally): Source => {
    if (!isLasting(field) || !hasPositions({ counter, field }))
      throw new RangeError(`There are no positions by ${field} of ${counter.kind}`);
    return { counter, field, sign };
  };

/**
 * The sources of what some tallies count less what others do.
 *
 * @throws RangeError for a tally that has no positions
 */
export const sourcesOf = (tallies: readonly Tally[], others: readonly Tally[] = []): Source[] => [
  ...tallies.map(sourceOf(1)),
  ...others.map(sourceOf(-1)),
];

/** What some cells have of a source. */
const cellsFor = ({ field, sign }: Source, cells: readonly Cell[]): Cell[] =>
  cells.flatMap((cell) => (cell.field === field ? [{ ...cell, n: sign * cell.n }] : []));

/** The items that have a source by its coarsest buckets, and what is not spilled yet. */
const ownKeys = ({ counter }: Source, writers: number): string[] =>
  isGroup(counter) ? [placeOf(counter).key] : headKeys(counter, writers);

const cellsOf = ({ counter }: Source, own: Fields): Cell[] =>
  isGroup(counter) ? cellsOfGroup(own, counter) : cellsOfHead(own);

/** What heads have by year or have not spilled yet, and groups by day. */
const inHeads = (sources: readonly Source[], writers: number, items: Items): Cell[] =>
  sources.flatMap((source) =>
    ownKeys(source, writers).flatMap((key) => cellsFor(source, cellsOf(source, items(key)))),
  );

/** What a node has of some sources, by its children. */
export const inNode = (sources: readonly Source[], node: Bucket, items: Items): Cell[] =>
  sources.flatMap((source) => {
    const { counter, field } = source;
    const cells = isGroup(counter)
      ? cellsOfGroup(items(groupNodeKey(counter, node)), counter, node)
      : cellsOfNode(items(nodeKey(counter, node, field)), node);
    return cellsFor(source, cells);
  });

export const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

const countIn = (cells: readonly Cell[], { level, at }: Bucket) =>
  sum(cells.filter(({ bucket }) => bucket.level === level && bucket.at === at));

export const nodeKeys = (sources: readonly Source[], nodes: readonly Bucket[]) =>
  sources.flatMap(({ counter, field }) =>
    nodes.map((node) =>
      isGroup(counter) ? groupNodeKey(counter, node) : nodeKey(counter, node, field),
    ),
  );

const keysOf = (sources: readonly Source[], writers: number, nodes: readonly Bucket[]) => [
  ...sources.flatMap((source) => ownKeys(source, writers)),
  ...nodeKeys(sources, nodes),
];

/** A range with both ends. */
const boundsOf = ({ from = 0, below = Number.POSITIVE_INFINITY }: IdRange): Bounds => ({
  from: Math.max(from, 0),
  below,
});

/** The first and the last id of a range, where it has one. */
const endsOf = ({ from, below }: Bounds): number[] => [
  from,
  ...(below < Number.POSITIVE_INFINITY ? [below - 1] : []),
];

/** The part of a bucket that is in a range. */
const partIn = (range: Bounds, bucket: Bucket): Bounds => {
  const { from, below } = idsOf(bucket);
  return { from: Math.max(range.from, from), below: Math.min(range.below, below) };
};

/** What a range has of the buckets without others below them that its ends cut: at most two parts. */
export function edgesOf({ leaf }: Tree, range: IdRange): Bounds[] {
  const bounds = boundsOf(range);
  if (bounds.from >= bounds.below) return [];
  const cut = endsOf(bounds).map((id) => bucketAt(leaf, id).at);
  return [...new Set(cut)]
    .map((at) => ({ level: leaf, at }))
    .filter((bucket) => !isWithin(bucket, bounds))
    .map((bucket) => partIn(bounds, bucket));
}

/** The ids of the buckets without others below them that lie in a range as a whole. */
export const wholesIn = ({ leaf }: Tree, range: IdRange): Bounds => wholesOf(leaf, boundsOf(range));

/** The nodes that say what is in a range: a bucket that an end cuts is looked into, and of the others some bucket above counts. */
const nodesIn = (tree: Tree, range: IdRange): Bucket[] =>
  nodesAlong(tree, wholesIn(tree, range), endsOf(boundsOf(range)));

/**
 * Of a group, a day that an end cuts and that has fewer than `day` is read, the smaller part of it, which costs less than
 * looking into the day and a quarter of an hour; of one that has fewer than `quarters`, the quarter that is cut is read so.
 */
const SPARSE = { day: 300, quarters: 600 };
/** Every day and every quarter of an hour is looked into. */
const NONE_SPARSE = { day: 0, quarters: 0 };

/**
 * The nodes of a range that have something of a group, as its days tell; and the days and quarters of an hour that are cut and sparse.
 */
function splitDays(
  cells: readonly Cell[],
  nodes: readonly Bucket[],
  sparse: typeof SPARSE,
): { opened: Bucket[]; cut: Bucket[] } {
  const byDay = Map.groupBy(nodes, (node) => bucketAt("day", idsOf(node).from).at);
  const days = [...byDay].map(([at, some]) => {
    const day: Bucket = { level: "day", at };
    const members = countIn(cells, day);
    if (members < Math.max(sparse.day, 1)) return { opened: [], cut: [day] };
    // What a quarter of an hour has is told by a day that is looked into.
    const isTold = members < sparse.quarters && some.some(({ level }) => level === "day");
    const isRead = ({ level }: Bucket) => level === "quarter" && isTold;
    return { opened: some.filter((node) => !isRead(node)), cut: some.filter(isRead) };
  });
  return {
    opened: days.flatMap(({ opened }) => opened),
    cut: days.flatMap(({ cut }) => cut),
  };
}

/** A part of a bucket. */
export interface Edge extends Bounds {
  readonly bucket: Bounds;
  /** What the bucket has as a whole, by the counters. */
  readonly count: number;
}

/**
 * What the counters say of a range: the buckets that lie in it as a whole, each once, and its edges that have something. Of a
 * group, days and quarters of an hour that an end cuts are edges as well where they are sparse.
 */
export async function readRange(
  store: Store,
  sources: readonly Source[],
  range: IdRange,
  read: ReadItems,
  sparse = NONE_SPARSE,
): Promise<{ whole: Cell[]; edges: Edge[] }> {
  if (isEmpty(intersect(range, { from: 0 }))) return { whole: [], edges: [] };
  const tree = treeOf(sources);
  const nodes = nodesIn(tree, range);
  const daysOf = async () =>
    inHeads(sources, store.shards, await read(keysOf(sources, store.shards, [])));
  const { opened, cut } =
    tree === groupTree ? splitDays(await daysOf(), nodes, sparse) : { opened: nodes, cut: [] };
  const items = await read(keysOf(sources, store.shards, opened));
  const cells = [
    ...inHeads(sources, store.shards, items),
    ...opened.flatMap((node) => inNode(sources, node, items)),
  ];
  const wholes = wholesIn(tree, range);
  const leaves = edgesOf(tree, range).map(({ from }) => bucketAt(tree.leaf, from));
  return {
    whole: cells.filter(({ bucket }) => isWithin(bucket, wholes)),
    edges: [...leaves, ...cut]
      .map((bucket) => ({
        ...partIn(boundsOf(range), bucket),
        ...{ bucket: idsOf(bucket), count: countIn(cells, bucket) },
      }))
      .filter(({ count }) => count > 0),
  };
}

/**
 * About how many executions of some groups are in a range that cuts a day of theirs: those of their days, and half of a day
 * that is cut; `undefined` where none is. The groups' own items tell.
 *
 * @param tallies of groups, with positions
 */
export async function estimateMembers(
  tallies: readonly Tally[],
  range: IdRange,
  read: ReadItems,
): Promise<number | undefined> {
  const sources = sourcesOf(tallies);
  const days = inHeads(sources, 1, await read(keysOf(sources, 1, [])));
  const { from = 0, below = Number.MAX_SAFE_INTEGER } = range;
  const ends = [from, below - 1].map((id) => bucketAt("day", id).at);
  const some = days.filter(({ bucket }) => !isEmpty(intersect(range, idsOf(bucket))));
  const cut = sum(some.filter(({ bucket }) => ends.includes(bucket.at)));
  return cut === 0 ? undefined : sum(some) - cut / 2;
}

/**
 * How many executions of some tallies are in a range: `whole` of them in buckets that lie in it, and the rest in
 * `edges`, at most two parts of a bucket, to be counted by reading. One request: half a read unit for each head, and for
 * each of at most seven nodes; two for a group, and at most four nodes.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 * @param others of what they count, tallies that are taken off
 */
export async function countRange(
  store: Store,
  tallies: readonly Tally[],
  range: IdRange,
  read: ReadItems = readItemsOnce(store),
  others: readonly Tally[] = [],
): Promise<{ whole: number; edges: readonly Edge[] }> {
  const { whole, edges } = await readRange(store, sourcesOf(tallies, others), range, read, SPARSE);
  return { whole: sum(whole), edges };
}
