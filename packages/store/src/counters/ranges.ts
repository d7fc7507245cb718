/**
 * How many executions were created in some time, by the counts of time buckets. What a bucket counts is in its
 * nodes, and in the heads as far as they have not spilled it.
 */
import { type Bounds, type IdRange, intersect, isEmpty } from "@attune/domain/ids";
import type { Store } from "../store.ts";
import {
  type Bucket,
  DAY,
  FINE,
  fineFrom,
  fineOf,
  finesOf,
  HOUR,
  idOfFine,
  isWithin,
  type Node,
  nodeOf,
  nodesAlong,
} from "./buckets.ts";
import { type Cell, cellsOfGroup, cellsOfHead, cellsOfNode } from "./cells.ts";
import { type Fields, type Items, type ReadItems, readItemsOnce } from "./items.ts";
import { groupNodeKey, headKeys, nodeKey, placeOf } from "./keys.ts";
import { hasPositions, isGroup, isLasting, type Lasting, type Tally } from "./tally.ts";

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

/** The items that have a source by its coarsest buckets, or not spilled yet. */
const ownKeys = ({ counter }: Source, writers: number): string[] =>
  isGroup(counter) ? [placeOf(counter).key] : headKeys(counter, writers);

const cellsOf = ({ counter }: Source, own: Fields): Cell[] =>
  isGroup(counter) ? cellsOfGroup(own, counter) : cellsOfHead(own);

/** What the heads have not spilled yet, and groups by day. */
const inHeads = (sources: readonly Source[], writers: number, items: Items): Cell[] =>
  sources.flatMap((source) =>
    ownKeys(source, writers).flatMap((key) => cellsFor(source, cellsOf(source, items(key)))),
  );

/** What a node has of some sources, by its children. */
export const inNode = (sources: readonly Source[], node: Node, items: Items): Cell[] =>
  sources.flatMap((source) => {
    const { counter } = source;
    const cells = isGroup(counter)
      ? cellsOfGroup(items(groupNodeKey(counter, node)), counter, node)
      : cellsOfNode(items(nodeKey(counter, node)), node);
    return cellsFor(source, cells);
  });

export const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

const countIn = (cells: readonly Cell[], { level, at }: Bucket) =>
  sum(cells.filter(({ bucket }) => bucket.level === level && bucket.at === at));

export const nodeKeys = (sources: readonly Source[], nodes: readonly Node[]) =>
  sources.flatMap(({ counter }) =>
    isGroup(counter)
      ? nodes.filter(({ level }) => level >= DAY).map((node) => groupNodeKey(counter, node))
      : nodes.map((node) => nodeKey(counter, node)),
  );

const keysOf = (sources: readonly Source[], writers: number, nodes: readonly Node[]) => [
  ...sources.flatMap((source) => ownKeys(source, writers)),
  ...nodeKeys(sources, nodes),
];

/** The fine buckets that are at the ends of a range. */
const endsOf = (from: number, below: number): number[] => [
  ...new Set([fineOf(from), ...(below < Infinity ? [fineOf(below - 1)] : [])]),
];

/** What a range has of the fine buckets that its ends cut: at most two parts. */
export function edgesOf({ from = 0, below = Number.POSITIVE_INFINITY }: IdRange): Bounds[] {
  const start = Math.max(from, 0);
  if (start >= below) return [];
  return endsOf(start, below)
    .filter((fine) => idOfFine(fine) < start || idOfFine(fine + 1) > below)
    .map((fine) => ({
      from: Math.max(start, idOfFine(fine)),
      below: Math.min(below, idOfFine(fine + 1)),
    }));
}

/** The fine buckets that lie in a range as a whole: the first one, and the first one after them. */
export const finesIn = ({ from = 0, below = Number.POSITIVE_INFINITY }: IdRange) =>
  [fineFrom(Math.max(from, 0)), fineOf(below)] as const;

/** The nodes that say what is in a range: a bucket that an end cuts is looked into, and of the others some bucket above counts. */
export const nodesIn = (range: IdRange): Node[] => {
  const { from = 0, below = Number.POSITIVE_INFINITY } = range;
  return nodesAlong(...finesIn(range), endsOf(Math.max(from, 0), below));
};

/**
 * Of a group, a day that an end cuts and that has fewer than `day` is read, the smaller part of it, which costs less than
 * looking into the day and an hour; of one that has fewer than `hours`, the hour that is cut is read so.
 */
const SPARSE = { day: 300, hours: 600 };
/** Every day and hour is looked into. */
const NONE_SPARSE = { day: 0, hours: 0 };

/**
 * The nodes of a range that have something of a group, as its days tell; and the days and hours that are cut and sparse.
 */
function splitDays(
  cells: readonly Cell[],
  nodes: readonly Node[],
  sparse: typeof SPARSE,
): { opened: Node[]; cut: Node[] } {
  const byDay = Map.groupBy(
    nodes.filter(({ level }) => level >= DAY),
    (node) => nodeOf(DAY, finesOf(node).from).at,
  );
  const days = [...byDay].map(([at, some]) => {
    const day: Node = { level: DAY, at };
    const members = countIn(cells, day);
    if (members < Math.max(sparse.day, 1)) return { opened: [], cut: [day] };
    // What an hour has is told by a day that is looked into.
    const isTold = members < sparse.hours && some.some(({ level }) => level === DAY);
    const isRead = ({ level }: Node) => level === HOUR && isTold;
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

/** What a range has of a bucket. */
function edgeOf(range: IdRange, node: Bucket, count: number): Edge {
  const fines = finesOf(node);
  const bucket = { from: idOfFine(fines.from), below: idOfFine(fines.below) };
  const { from = 0, below = Number.POSITIVE_INFINITY } = range;
  return {
    ...{ from: Math.max(bucket.from, from), below: Math.min(bucket.below, below) },
    ...{ bucket, count },
  };
}

/**
 * What the counters say of a range: the buckets that lie in it as a whole, each once, and its edges that have something. Of a
 * group, days and hours that an end cuts are edges as well where they are sparse.
 */
export async function readRange(
  store: Store,
  sources: readonly Source[],
  range: IdRange,
  read: ReadItems,
  sparse = NONE_SPARSE,
): Promise<{ whole: Cell[]; edges: Edge[] }> {
  if (isEmpty(intersect(range, { from: 0 }))) return { whole: [], edges: [] };
  const isOfGroups = sources.some(({ counter }) => isGroup(counter));
  const nodes = nodesIn(range);
  const daysOf = async () =>
    inHeads(sources, store.shards, await read(keysOf(sources, store.shards, [])));
  const { opened, cut } = isOfGroups
    ? splitDays(await daysOf(), nodes, sparse)
    : { opened: nodes, cut: [] };
  const items = await read(keysOf(sources, store.shards, opened));
  const cells = [
    ...inHeads(sources, store.shards, items),
    ...opened.flatMap((node) => inNode(sources, node, items)),
  ];
  const fines = edgesOf(range).map(({ from }): Bucket => ({ level: FINE, at: fineOf(from) }));
  return {
    whole: cells.filter(({ bucket }) => isWithin(bucket, ...finesIn(range))),
    edges: [...fines, ...cut]
      .map((node) => edgeOf(range, node, countIn(cells, node)))
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
  const ends = [from, below - 1].map((id) => nodeOf(DAY, fineOf(id)).at);
  const some = days.filter(({ bucket }) => {
    const fines = finesOf(bucket);
    const day = { from: idOfFine(fines.from), below: idOfFine(fines.below) };
    return !isEmpty(intersect(range, day));
  });
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
