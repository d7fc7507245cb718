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
  idOfFine,
  isWithin,
  type Node,
  nodeOf,
  nodesAlong,
} from "./buckets.ts";
import { type Cell, cellsOfEnds, cellsOfGroup, cellsOfHead, cellsOfNode } from "./cells.ts";
import { type Fields, type Items, type ReadItems, readItemsOnce } from "./items.ts";
import { endsPlaceOf, groupNodeKey, headKeys, nodeKey, placeOf } from "./keys.ts";
import { type Group, grainOf, isGroup, isLasting, type Lasting, type Tally } from "./tally.ts";

/** A tally that has positions. */
export interface Source extends Tally {
  readonly field: Lasting;
  readonly grain: "fine" | "day";
}

/** @throws RangeError for a tally that has no positions */
export function sourceOf({ counter, field }: Tally): Source {
  const grain = grainOf({ counter, field });
  if (!isLasting(field) || grain === undefined)
    throw new RangeError(`There are no positions by ${field} of ${counter.kind}`);
  return { counter, field, grain };
}

/** The items that have a source by its coarsest buckets, or not spilled yet. */
function ownKeys({ counter, grain }: Source, writers: number): string[] {
  if (!isGroup(counter)) return headKeys(counter, writers);
  return [(grain === "day" ? endsPlaceOf : placeOf)(counter).key];
}

function cellsOf({ counter, grain }: Source, own: Fields): Cell[] {
  if (!isGroup(counter)) return cellsOfHead(own);
  return grain === "day" ? cellsOfEnds(own, counter) : cellsOfGroup(own, counter);
}

/** What the heads have not spilled yet, and groups by day. */
const inHeads = (sources: readonly Source[], writers: number, items: Items): Cell[] =>
  sources.flatMap((source) =>
    ownKeys(source, writers)
      .flatMap((key) => cellsOf(source, items(key)))
      .filter((cell) => cell.field === source.field),
  );

/** What a node has of some sources, by its children; what is counted by the day is in no node. */
export const inNode = (sources: readonly Source[], node: Node, items: Items): Cell[] =>
  sources
    .filter(({ grain }) => grain === "fine")
    .flatMap(({ counter, field }) =>
      (isGroup(counter)
        ? cellsOfGroup(items(groupNodeKey(counter, node)), counter, node)
        : cellsOfNode(items(nodeKey(counter, node)), node)
      ).filter((cell) => cell.field === field),
    );

export const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

const countIn = (cells: readonly Cell[], { level, at }: Bucket) =>
  sum(cells.filter(({ bucket }) => bucket.level === level && bucket.at === at));

export const nodeKeys = (sources: readonly Source[], nodes: readonly Node[]) =>
  sources
    .filter(({ grain }) => grain === "fine")
    .flatMap(({ counter }) =>
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

/** Where a bucket has fewer, reading them all costs less than looking into it. */
export const FEW = 50;
/** Where a day of a group has fewer, reading the smaller part of it costs less than looking into it and an hour. */
const FEW_A_DAY = 300;

/**
 * The nodes of a range that have something of a group, as its days tell; and the days of which a part is in the range that
 * have less than `few`.
 */
function splitDays(
  cells: readonly Cell[],
  opened: readonly Node[],
  few: number,
): { opened: Node[]; sparse: Node[] } {
  const byDay = Map.groupBy(
    opened.filter(({ level }) => level >= DAY),
    (node) => nodeOf(DAY, finesOf(node).from).at,
  );
  const days = [...byDay].map(([at, nodes]) => {
    const day: Node = { level: DAY, at };
    return { day, nodes, members: countIn(cells, day) };
  });
  return {
    opened: days.flatMap(({ nodes, members }) => (members >= Math.max(few, 1) ? nodes : [])),
    sparse: days.flatMap(({ day, members }) => (members < few ? [day] : [])),
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
 * What the counters say of a range: the buckets that lie in it as a whole, each once, and its edges that have something. A day
 * of a group that an end cuts is an edge as well where it has less than `few`.
 */
export async function readRange(
  store: Store,
  sources: readonly Source[],
  range: IdRange,
  read: ReadItems,
  few = 0,
): Promise<{ whole: Cell[]; edges: Edge[] }> {
  if (isEmpty(intersect(range, { from: 0 }))) return { whole: [], edges: [] };
  const isOfGroups = sources.some(({ counter }) => isGroup(counter));
  // What is counted by the day has nothing in a part of one.
  const least = sources.every(({ grain }) => grain === "fine") ? few : Number.POSITIVE_INFINITY;
  const nodes = nodesIn(range);
  const daysOf = async () =>
    inHeads(sources, store.shards, await read(keysOf(sources, store.shards, [])));
  const { opened, sparse } = isOfGroups
    ? splitDays(await daysOf(), nodes, least)
    : { opened: nodes, sparse: [] };
  const items = await read(keysOf(sources, store.shards, opened));
  const cells = [
    ...inHeads(sources, store.shards, items),
    ...opened.flatMap((node) => inNode(sources, node, items)),
  ];
  const cut = edgesOf(range).map(({ from }): Bucket => ({ level: FINE, at: fineOf(from) }));
  return {
    whole: cells.filter(({ bucket }) => isWithin(bucket, ...finesIn(range))),
    edges: [...cut, ...sparse]
      .map((node) => edgeOf(range, node, countIn(cells, node)))
      .filter(({ count }) => count > 0),
  };
}

/**
 * About how many members of a group are in a range that cuts a day of it: those of its days, and half of a day that is cut;
 * `undefined` where none is. Its own item tells.
 */
export async function estimateMembers(
  group: Group,
  range: IdRange,
  read: ReadItems,
): Promise<number | undefined> {
  const { key } = placeOf(group);
  const days = cellsOfGroup((await read([key]))(key), group);
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
 */
export async function countRange(
  store: Store,
  tallies: readonly Tally[],
  range: IdRange,
  read: ReadItems = readItemsOnce(store),
): Promise<{ whole: number; edges: readonly Edge[] }> {
  const sources = tallies.map(sourceOf);
  const { whole, edges } = await readRange(store, sources, range, read, FEW_A_DAY);
  return { whole: sum(whole), edges };
}
