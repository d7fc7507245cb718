/**
 * Positions: how many executions were created in some time, and which is the n-th, by the counts of time
 * buckets. What a bucket counts is in its nodes, and in the heads as far as they have not spilled it.
 */
import type { IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Store } from "../store.ts";
import {
  childOf,
  fineFrom,
  fineOf,
  finesOf,
  idOfFine,
  idsOf,
  isNode,
  isWithin,
  type Node,
  nodesAlong,
  offsetIn,
  root,
} from "./buckets.ts";
import { type Cell, cellsOfHead, cellsOfNode } from "./cells.ts";
import { type Items, readItems } from "./items.ts";
import { headKeys, nodeKey } from "./keys.ts";
import { isGroup, isLasting, type Lasting, type Tally, type Wide } from "./tally.ts";

/** A tally that has positions. */
interface Source {
  readonly counter: Wide;
  readonly field: Lasting;
}

/** @throws RangeError for a tally that has no positions */
function sourceOf({ counter, field }: Tally): Source {
  if (isGroup(counter) || !isLasting(field))
    throw new RangeError(`There are no positions by ${field} of ${counter.kind}`);
  return { counter, field };
}

/** What the heads have not spilled yet. */
const inHeads = (sources: readonly Source[], writers: number, items: Items): Cell[] =>
  sources.flatMap(({ counter, field }) =>
    headKeys(counter, writers)
      .flatMap((key) => cellsOfHead(items(key)))
      .filter((cell) => cell.field === field),
  );

const inNode = (sources: readonly Source[], node: Node, items: Items): Cell[] =>
  sources.flatMap(({ counter, field }) =>
    cellsOfNode(items(nodeKey(counter, node)), node).filter((cell) => cell.field === field),
  );

const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

const nodeKeys = (sources: readonly Source[], nodes: readonly Node[]) =>
  sources.flatMap(({ counter }) => nodes.map((node) => nodeKey(counter, node)));

const keysOf = (sources: readonly Source[], writers: number, nodes: readonly Node[]) => [
  ...sources.flatMap(({ counter }) => headKeys(counter, writers)),
  ...nodeKeys(sources, nodes),
];

/**
 * How many executions of some tallies are in a range: `whole` of them in fine buckets that lie in it, and
 * the rest in `edges`, at most two parts of a bucket, to be counted by reading. One request: half a
 * read unit for each head and root, and for each of at most six nodes.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function countRange(
  store: Store,
  tallies: readonly Tally[],
  { from = 0, below = Number.POSITIVE_INFINITY }: IdRange,
): Promise<{ whole: number; edges: readonly IdRange[] }> {
  const sources = tallies.map(sourceOf);
  const start = Math.max(from, 0);
  if (start >= below) return { whole: 0, edges: [] };

  // A bucket that is cut by an end of the range is looked into; of the others some bucket above counts.
  const [first, last] = [fineFrom(start), fineOf(below)];
  const ends = [fineOf(start), ...(below < Infinity ? [fineOf(below - 1)] : [])];
  const opened = nodesAlong(first, last, ends);
  const items = await readItems(store, keysOf(sources, store.shards, opened));
  const cells = [
    ...inHeads(sources, store.shards, items),
    ...opened.flatMap((node) => inNode(sources, node, items)),
  ];
  const cut = ends.filter(
    (fine, at) => (fine < first || fine >= last) && ends.indexOf(fine) === at,
  );
  return {
    whole: sum(cells.filter(({ bucket }) => isWithin(bucket, first, last))),
    edges: cut
      .filter((fine) => sum(cells.filter(({ bucket }) => !isNode(bucket) && bucket.at === fine)))
      .map((fine) => ({
        from: Math.max(start, idOfFine(fine)),
        below: Math.min(below, idOfFine(fine + 1)),
      })),
  };
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
  /** The ids of the bucket. */
  readonly range: IdRange;
  /** How many of the tallies come before it in the order, and how many are in it. */
  readonly before: number;
  readonly inside: number;
}

/**
 * The bucket that has the `offset`-th execution, from 0, of some tallies; `undefined` past the end. At most
 * four requests one after the other: heads and root, a month, a day, an hour; half a read unit for each
 * item of up to 4 KB. It stops above a fine bucket where there are fewer than fifty.
 *
 * @param tallies with positions; they count disjoint sets, and are summed
 */
export async function locate(
  store: Store,
  tallies: readonly Tally[],
  { order, offset }: { order: Order; offset: number },
): Promise<Located | undefined> {
  const sources = tallies.map(sourceOf);
  let items = await readItems(store, keysOf(sources, store.shards, [root]));
  let heads = inHeads(sources, store.shards, items);
  let located: Located | undefined;
  for (let node = root; ; items = await readItems(store, nodeKeys(sources, [node]))) {
    const before: number = located?.before ?? 0;
    const { from, below } = finesOf(node);
    heads = heads.filter(({ bucket }) => isWithin(bucket, from, below));
    const cells = [...heads, ...inNode(sources, node, items)];
    const found = nthOf(node, cells, order, offset - before);
    // Below the root only while somebody spills: the bucket above is right all the same.
    if (found === undefined) return located;
    const { child, inside } = found;
    located = { range: idsOf(child), before: before + found.before, inside };
    if (!isNode(child) || inside < FEW) return located;
    node = child;
  }
}
