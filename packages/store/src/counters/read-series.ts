/** Series: what was created in each slot of some time, how it ended and how long it ran, by the time buckets. */
import type { Store } from "../store.ts";
import {
  type Bucket,
  DAY,
  finesOf,
  HOUR,
  type InnerLevel,
  isWithin,
  MONTH,
  type Node,
  nodeOf,
  nodesAlong,
  nodesOf,
} from "./buckets.ts";
import { cellsOfHead, cellsOfNode, durationsOfHead, durationsOfNode } from "./cells.ts";
import type { Histogram } from "./durations.ts";
import { readItems } from "./items.ts";
import { durationsKey, headKeys, nodeKey } from "./keys.ts";
import type { Lasting, Wide } from "./tally.ts";

/**
 * What a slot may be: its fine buckets, the level of nodes whose children lie in a slot each, and whether
 * its durations are kept.
 */
export const intervals = {
  minute: { fines: 4, nodes: HOUR, hasDurations: false },
  hour: { fines: 240, nodes: DAY, hasDurations: true },
  day: { fines: 24 * 240, nodes: MONTH, hasDurations: true },
} as const satisfies Record<string, { fines: number; nodes: InnerLevel; hasDurations: boolean }>;
export type Interval = keyof typeof intervals;

/** From one fine bucket to before another: multiples of the interval's, or of an hour's where it is one slot. */
export interface Extent {
  readonly from: number;
  readonly below: number;
  readonly interval?: Interval | undefined;
}

export interface Slot {
  readonly counts: ReadonlyMap<Lasting, number>;
  readonly durations: Histogram;
}

/** Slots by their first fine bucket; one in which nothing was created is left out. */
export type Series = ReadonlyMap<number, Slot>;

const hasDurations = ({ interval }: Extent) =>
  interval === undefined || intervals[interval].hasDurations;

/** The nodes that have the counts of an extent. */
const countNodes = ({ from, below, interval }: Extent): Node[] =>
  interval === undefined
    ? nodesAlong(from, below, [from, below - 1])
    : nodesOf(intervals[interval].nodes, from, below);

/** The nodes that have its durations: days, or months where they need not be told apart. */
function durationNodes(extent: Extent): Node[] {
  if (!hasDurations(extent)) return [];
  const { from, below, interval } = extent;
  const monthOf = (day: Node) => nodeOf(MONTH, finesOf(day).from);
  const isWhole = (month: Node) => interval === undefined && isWithin(month, from, below);
  return [
    ...nodesOf(MONTH, from, below).filter(isWhole),
    ...nodesOf(DAY, from, below).filter((day) => !isWhole(monthOf(day))),
  ];
}

/** Sums by slot and by what `of` says. */
function sumBySlot<C extends { bucket: Bucket; n: number }, K>(
  { from, below, interval }: Extent,
  cells: readonly C[],
  of: (cell: C) => K,
): Map<number, Map<K, number>> {
  const slots = new Map<number, Map<K, number>>();
  for (const cell of cells.filter(({ bucket }) => isWithin(bucket, from, below))) {
    const fine = finesOf(cell.bucket).from;
    const start = interval === undefined ? from : fine - (fine % intervals[interval].fines);
    const sums = slots.get(start) ?? new Map<K, number>();
    slots.set(start, sums.set(of(cell), (sums.get(of(cell)) ?? 0) + cell.n));
  }
  return slots;
}

/**
 * The series of some counters over some time, in one request a hundred items: for each counter its heads, and
 * a node for each hour, day or month by the interval, half a read unit for 4 KB each.
 */
export async function readSeries(
  store: Store,
  counters: readonly Wide[],
  extent: Extent,
): Promise<(counter: Wide) => Series> {
  const nodes = { counts: countNodes(extent), durations: durationNodes(extent) };
  const items = await readItems(
    store,
    counters.flatMap((counter) => [
      ...headKeys(counter, store.shards),
      ...nodes.counts.map((node) => nodeKey(counter, node)),
      ...nodes.durations.map((node) => durationsKey(counter, node)),
    ]),
  );
  return (counter) => {
    const heads = headKeys(counter, store.shards).map(items);
    const counts = sumBySlot(
      extent,
      [
        ...heads.flatMap(cellsOfHead),
        ...nodes.counts.flatMap((node) => cellsOfNode(items(nodeKey(counter, node)), node)),
      ],
      ({ field }) => field,
    );
    const durations = sumBySlot(
      extent,
      [
        ...(hasDurations(extent) ? heads.flatMap(durationsOfHead) : []),
        ...nodes.durations.flatMap((node) =>
          durationsOfNode(items(durationsKey(counter, node)), node),
        ),
      ],
      ({ duration }) => duration,
    );
    return new Map(
      [...counts]
        .filter(([, sums]) => (sums.get("created") ?? 0) > 0)
        .toSorted(([one], [other]) => one - other)
        .map(([start, sums]) => [
          start,
          { counts: sums, durations: durations.get(start) ?? new Map<number, number>() },
        ]),
    );
  };
}
