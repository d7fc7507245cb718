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
  hasWholeChild,
  idsOf,
  isWithin,
  nodesAlong,
  root,
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

/**
 * Whether no year lies in a range as a whole, and of a group no day: a locate looks at once into each that is there, for an end of
 * the range cuts it.
 */
export const isShort = (tree: Tree, range: IdRange): boolean =>
  !hasWholeChild(tree, root, wholesIn(tree, range));

/** The nodes that say what is in a range: a bucket that an end cuts is looked into, and of the others some bucket above counts. */
const nodesIn = (tree: Tree, range: IdRange): Bucket[] =>
  nodesAlong(tree, wholesIn(tree, range), endsOf(boundsOf(range)));

/**
 * A day of a group, or a quarter of an hour, that an end of a range cuts: with fewer members than this the smaller part of it is
 * read, which costs less than looking into it and the bucket below it that is cut.
 */
export const SPARSE = 300;

/** How far what the ends of a range cut of a group is looked into at once. */
interface Depth {
  /** A day that has fewer members is an edge. */
  readonly day: number;
  /** Whether a quarter of an hour is one, where a day that is looked into tells what it has. */
  readonly isEdge: (quarter: Bucket) => boolean;
}

/** Days alone: what to do with a quarter of an hour depends on what it has. */
const DAYS: Depth = { day: SPARSE, isEdge: () => true };

/**
 * The nodes of a range of a group that are looked into, and the buckets that are edges instead.
 *
 * @param cells what its days have, where that is known: of a day that has nothing, nothing is looked into
 */
function splitDays(
  cells: readonly Cell[] | undefined,
  nodes: readonly Bucket[],
  depth: Depth,
): { opened: Bucket[]; cut: Bucket[] } {
  const byDay = Map.groupBy(nodes, (node) => bucketAt("day", idsOf(node).from).at);
  const days = [...byDay].map(([at, some]) => {
    const day: Bucket = { level: "day", at };
    if (cells && countIn(cells, day) < Math.max(depth.day, 1)) return { opened: [], cut: [day] };
    const isTold = some.some(({ level }) => level === "day");
    const isEdge = (node: Bucket) => node.level === "quarter" && isTold && depth.isEdge(node);
    return { opened: some.filter((node) => !isEdge(node)), cut: some.filter(isEdge) };
  });
  return {
    opened: days.flatMap(({ opened }) => opened),
    cut: days.flatMap(({ cut }) => cut),
  };
}

/** A part of a bucket. */
export interface Edge extends Bounds {
  readonly bucket: Bucket;
  /** What the bucket has as a whole, by the counters. */
  readonly count: number;
}

/**
 * What the counters say of a range: the buckets that lie in it as a whole, each once, and its edges that have something. Of a
 * group, days and quarters of an hour that an end cuts are edges as well, as far as they are not looked into.
 */
export async function readRange(
  store: Store,
  sources: readonly Source[],
  range: IdRange,
  read: ReadItems,
  depth: Depth = DAYS,
): Promise<{ whole: Cell[]; edges: Edge[] }> {
  if (isEmpty(intersect(range, { from: 0 }))) return { whole: [], edges: [] };
  const tree = treeOf(sources);
  const nodes = nodesIn(tree, range);
  const own = sources.flatMap((source) => ownKeys(source, store.shards));
  const isOfGroups = tree === groupTree;
  // Of a group that has no whole day in the range, the days that are cut tell all.
  const heads = isOfGroups && isShort(tree, range) ? [] : own;
  const daysOf = async () => inHeads(sources, store.shards, await read(heads));
  const { opened, cut } = isOfGroups
    ? splitDays(heads.length > 0 ? await daysOf() : undefined, nodes, depth)
    : { opened: nodes, cut: [] };
  const items = await read([...heads, ...nodeKeys(sources, opened)]);
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
        ...{ bucket, count: countIn(cells, bucket) },
      }))
      .filter(({ count }) => count > 0),
  };
}

/**
 * About how many executions of some groups are in a range that cuts a day of theirs: those of their days, and half of a day
 * that is cut; `undefined` where none is, or all are. The groups' own items tell.
 *
 * @param tallies of groups, with positions
 */
export async function estimateMembers(
  tallies: readonly Tally[],
  range: IdRange,
  read: ReadItems,
): Promise<number | undefined> {
  if (isShort(groupTree, range)) return undefined;
  const sources = sourcesOf(tallies);
  const days = inHeads(sources, 1, await read(sources.flatMap((source) => ownKeys(source, 1))));
  const { from = 0, below = Number.MAX_SAFE_INTEGER } = range;
  const ends = [from, below - 1].map((id) => bucketAt("day", id).at);
  const some = days.filter(({ bucket }) => !isEmpty(intersect(range, idsOf(bucket))));
  const cut = sum(some.filter(({ bucket }) => ends.includes(bucket.at)));
  return cut === 0 ? undefined : sum(some) - cut / 2;
}

/**
 * How many executions of some tallies are in a range: `whole` of them in buckets that lie in it, and the rest in
 * `edges`, at most two parts of a bucket, to be counted by reading. One request: half a read unit for each head, and for
 * each of at most seven nodes; two for a group, and at most two nodes: a quarter of an hour of a day that is looked into is an edge.
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
  const { whole, edges } = await readRange(store, sourcesOf(tallies, others), range, read);
  return { whole: sum(whole), edges };
}
