/**
 * Positions: how many executions were created in some time, and which is the n-th, by the counts of time
 * buckets. What a bucket counts is in its nodes, and in the heads as far as they have not spilled it.
 */
import { type Bounds, type IdRange, intersect, isEmpty } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Store } from "../store.ts";
import {
  childOf,
  DAY,
  fineFrom,
  fineOf,
  finesOf,
  idOfFine,
  isNode,
  isWithin,
  type Node,
  nodesAlong,
  offsetIn,
  ROOT,
  root,
} from "./buckets.ts";
import { type Cell, cellsOfGroup, cellsOfHead, cellsOfNode } from "./cells.ts";
import { type Items, type ReadItems, readItems } from "./items.ts";
import { groupNodeKey, headKeys, nodeKey, placeOf } from "./keys.ts";
import {
  type Counter,
  hasPositions,
  isGroup,
  isLasting,
  type Lasting,
  type Tally,
} from "./tally.ts";

/** A tally that has positions. */
interface Source {
  readonly counter: Counter;
  readonly field: Lasting;
}

/** @throws RangeError for a tally that has no positions */
function sourceOf({ counter, field }: Tally): Source {
  if (!isLasting(field) || !hasPositions({ counter, field }))
    throw new RangeError(`There are no positions by ${field} of ${counter.kind}`);
  return { counter, field };
}

const ownKeys = (counter: Counter, writers: number): string[] =>
  isGroup(counter) ? [placeOf(counter).key] : headKeys(counter, writers);

/** What the heads have not spilled yet, and groups by day. */
const inHeads = (sources: readonly Source[], writers: number, items: Items): Cell[] =>
  sources.flatMap(({ counter, field }) =>
    ownKeys(counter, writers)
      .map(items)
      .flatMap((own) => (isGroup(counter) ? cellsOfGroup(own, counter) : cellsOfHead(own)))
      .filter((cell) => cell.field === field),
  );

const inNode = (sources: readonly Source[], node: Node, items: Items): Cell[] =>
  sources.flatMap(({ counter, field }) =>
    (isGroup(counter)
      ? cellsOfGroup(items(groupNodeKey(counter, node)), counter, node)
      : cellsOfNode(items(nodeKey(counter, node)), node)
    ).filter((cell) => cell.field === field),
  );

const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

const nodeKeys = (sources: readonly Source[], nodes: readonly Node[]) =>
  sources.flatMap(({ counter }) =>
    isGroup(counter)
      ? nodes.filter(({ level }) => level >= DAY).map((node) => groupNodeKey(counter, node))
      : nodes.map((node) => nodeKey(counter, node)),
  );

const keysOf = (sources: readonly Source[], writers: number, nodes: readonly Node[]) => [
  ...sources.flatMap(({ counter }) => ownKeys(counter, writers)),
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
const finesIn = ({ from = 0, below = Number.POSITIVE_INFINITY }: IdRange) =>
  [fineFrom(Math.max(from, 0)), fineOf(below)] as const;

/** The nodes that say what is in a range: a bucket that an end cuts is looked into, and of the others some bucket above counts. */
const nodesIn = (range: IdRange): Node[] => {
  const { from = 0, below = Number.POSITIVE_INFINITY } = range;
  return nodesAlong(...finesIn(range), endsOf(Math.max(from, 0), below));
};

/** What the counters say of a range: the buckets that lie in it as a whole, each once, and its edges that have something. */
async function readRange(
  store: Store,
  sources: readonly Source[],
  range: IdRange,
  read: ReadItems,
): Promise<{ whole: Cell[]; edges: Bounds[] }> {
  if (isEmpty(intersect(range, { from: 0 }))) return { whole: [], edges: [] };
  const opened = nodesIn(range);
  const items = await read(keysOf(sources, store.shards, opened));
  const cells = [
    ...inHeads(sources, store.shards, items),
    ...opened.flatMap((node) => inNode(sources, node, items)),
  ];
  const countIn = (fine: number) =>
    sum(cells.filter(({ bucket }) => !isNode(bucket) && bucket.at === fine));
  return {
    whole: cells.filter(({ bucket }) => isWithin(bucket, ...finesIn(range))),
    edges: edgesOf(range).filter(({ from }) => countIn(fineOf(from)) > 0),
  };
}

/**
 * How many executions of some tallies are in a range: `whole` of them in buckets that lie in it, and the rest in
 * `edges`, at most two parts of a bucket, to be counted by reading. One request: half a read unit for each head or group,
 * and for each of at most seven nodes.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function countRange(
  store: Store,
  tallies: readonly Tally[],
  range: IdRange,
  read: ReadItems = (keys) => readItems(store, keys),
): Promise<{ whole: number; edges: readonly Bounds[] }> {
  const { whole, edges } = await readRange(store, tallies.map(sourceOf), range, read);
  return { whole: sum(whole), edges };
}

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

/** Where a bucket has fewer, reading them all costs less than looking into it. */
const FEW = 50;

export interface Located {
  /** The ids of the bucket, as far as they are in the range. */
  readonly range: IdRange;
  /** How many of the tallies come before it in the order, and how many are in it. */
  readonly before: number;
  readonly inside: number;
}

export interface Place {
  readonly order: Order;
  /** From 0, and from the first bucket that lies in the range as a whole. */
  readonly offset: number;
  /** All ids where it is left out. */
  readonly within?: IdRange;
}

/** Whether a locate in a range takes three requests at most, and not four: no month lies in it as a whole. */
export const isShort = (range: IdRange): boolean =>
  nodesIn(range).every(({ level }) => level > ROOT);

/**
 * The bucket that has the `offset`-th execution, from 0, of some tallies in the buckets that lie in a range; `undefined`
 * past the last of them. At most four requests one after the other: what a count of the range reads, a
 * month, a day, an hour; half a read unit for each item of up to 4 KB. It stops above a fine bucket where there are fewer
 * than fifty. A group has its days in one item.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function locate(
  store: Store,
  tallies: readonly Tally[],
  { order, offset, within = {} }: Place,
  read: ReadItems = (keys) => readItems(store, keys),
): Promise<Located | undefined> {
  const sources = tallies.map(sourceOf);
  const [first, last] = finesIn(within);
  let { whole: cells } = await readRange(store, sources, within, read);
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
    // What an end of the range cuts has been looked into.
    if (isWithin(child, first, last))
      cells.push(...inNode(sources, child, await read(nodeKeys(sources, [child]))));
    node = child;
  }
}
