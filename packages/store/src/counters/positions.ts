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
  innerLevels,
  isNode,
  isWithin,
  type Node,
  nodeOf,
  offsetIn,
  root,
} from "./buckets.ts";
import { type Fields, type Items, readItems } from "./items.ts";
import { headKeys, nodeKey, parseCell } from "./keys.ts";
import { isGroup, isLasting, letters, type Tally, type Wide } from "./tally.ts";

/** A tally, and its letter in the attributes. */
interface Source {
  readonly counter: Wide;
  readonly letter: string;
}

/** @throws RangeError for a tally that has no positions */
function sourceOf({ counter, field }: Tally): Source {
  if (isGroup(counter) || !isLasting(field))
    throw new RangeError(`There are no positions by ${field} of ${counter.kind}`);
  return { counter, letter: letters[field] };
}

const cellsOf = (fields: Fields, wanted: string): { at: number; n: number }[] =>
  Object.entries(fields).flatMap(([name, n]) => {
    const { at, letter } = parseCell(name) ?? {};
    return at !== undefined && letter === wanted ? [{ at, n }] : [];
  });

/** What the heads have not spilled yet, by fine bucket. */
const deltasOf = (sources: readonly Source[], writers: number, items: Items) =>
  sources.flatMap(({ counter, letter }) =>
    headKeys(counter, writers).flatMap((key) => cellsOf(items(key), letter)),
  );

interface Child {
  readonly offset: number;
  readonly n: number;
}

/** What the children of a node count: the node itself, and the deltas that are in it. */
function childrenOf(
  node: Node,
  sources: readonly Source[],
  items: Items,
  deltas: ReturnType<typeof deltasOf>,
): Child[] {
  const { from, below } = finesOf(node);
  const counts = [
    ...sources.flatMap(({ counter, letter }) => cellsOf(items(nodeKey(counter, node)), letter)),
    ...deltas
      .filter(({ at }) => at >= from && at < below)
      .map(({ at, n }) => ({ at: offsetIn(node, at), n })),
  ];
  const sums = new Map<number, number>();
  for (const { at, n } of counts) sums.set(at, (sums.get(at) ?? 0) + n);
  return Array.from(sums, ([offset, n]) => ({ offset, n }));
}

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
  const opened = innerLevels.flatMap((level) =>
    [...new Set(ends.map((fine) => nodeOf(level, fine).at))]
      .map((at) => ({ level, at }))
      .filter((node) => level === 0 || !isWithin(node, first, last)),
  );
  const items = await readItems(store, keysOf(sources, store.shards, opened));
  const deltas = deltasOf(sources, store.shards, items);
  const children = opened.flatMap((node) =>
    childrenOf(node, sources, items, deltas).map(({ offset, n }) => ({
      bucket: childOf(node, offset),
      n,
    })),
  );
  const sum = (some: typeof children) => some.reduce((total, { n }) => total + n, 0);

  const cut = ends.filter(
    (fine, at) => (fine < first || fine >= last) && ends.indexOf(fine) === at,
  );
  return {
    whole: sum(children.filter(({ bucket }) => isWithin(bucket, first, last))),
    edges: cut
      .filter((fine) => sum(children.filter(({ bucket }) => !isNode(bucket) && bucket.at === fine)))
      .map((fine) => ({
        from: Math.max(start, idOfFine(fine)),
        below: Math.min(below, idOfFine(fine + 1)),
      })),
  };
}

/** The child that has the `offset`-th one of a node, and how many come before it. */
function nthOf(children: readonly Child[], order: Order, offset: number) {
  const direction = order === "newest" ? -1 : 1;
  let before = 0;
  for (const child of children.toSorted((a, b) => direction * (a.offset - b.offset))) {
    if (offset < before + child.n) return { ...child, before };
    before += child.n;
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
  const deltas = deltasOf(sources, store.shards, items);
  let located: Located | undefined;
  for (let node = root; ; items = await readItems(store, nodeKeys(sources, [node]))) {
    const before: number = located?.before ?? 0;
    const found = nthOf(childrenOf(node, sources, items, deltas), order, offset - before);
    // Below the root only while somebody spills: the bucket above is right all the same.
    if (found === undefined) return located;
    const bucket = childOf(node, found.offset);
    located = { range: idsOf(bucket), before: before + found.before, inside: found.n };
    if (!isNode(bucket) || found.n < FEW) return located;
    node = bucket;
  }
}
