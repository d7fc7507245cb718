/** Series: what was created in each slot of some time, how it ended and how long it ran, by the time buckets. */
import type { Bounds } from "@attune/domain/ids";
import type { Store } from "../store.ts";
import {
  type Bucket,
  bucketAt,
  bucketsIn,
  idsOf,
  isWithin,
  type Level,
  lengths,
  nodesAlong,
  root,
  wideTree,
} from "./buckets.ts";
import { cellsOfHead, cellsOfNode, durationsOfHead, durationsOfStretch } from "./cells.ts";
import type { Histogram } from "./durations.ts";
import { readItems } from "./items.ts";
import { durationsKey, headKeys, nodeKey } from "./keys.ts";
import { type Stretch, stretchesIn } from "./stretches.ts";
import type { Lasting, Wide } from "./tally.ts";

/**
 * What a slot may be: how many ids it has, the level of nodes whose children lie in a slot each, and whether
 * its durations are kept.
 */
export const intervals = {
  minute: { ids: lengths.hour / 60, nodes: "hour", hasDurations: false },
  hour: { ids: lengths.hour, nodes: "day", hasDurations: true },
  day: { ids: lengths.day, nodes: "month", hasDurations: true },
} as const satisfies Record<string, { ids: number; nodes: Level; hasDurations: boolean }>;
export type Interval = keyof typeof intervals;

/** Ids: multiples of the interval's, or of an hour's where it is one slot. */
export interface Extent extends Bounds {
  readonly interval?: Interval | undefined;
}

export interface Slot {
  readonly counts: ReadonlyMap<Lasting, number>;
  readonly durations: Histogram;
}

/** Slots by their first id; one in which nothing was created is left out. */
export type Series = ReadonlyMap<number, Slot>;

/** The nodes that have the counts of an extent. */
const countNodes = ({ interval, ...ids }: Extent): Bucket[] =>
  interval === undefined
    ? nodesAlong(wideTree, ids, [ids.from, ids.below - 1])
    : bucketsIn(intervals[interval].nodes, ids);

/** What has its durations: the longest stretches of which no part is in two slots. */
const stretchesOf = ({ from, below, interval }: Extent): Stretch[] =>
  stretchesIn(
    from,
    below,
    interval === undefined ? Number.POSITIVE_INFINITY : intervals[interval].ids,
  );

/** The first id of the month that has the first execution of all, and so of each counter. */
async function readBeginning(store: Store): Promise<number> {
  const all = { kind: "all" } as const;
  const [inRoot, ...inHeads] = [nodeKey(all, root), ...headKeys(all, store.shards)];
  const items = await readItems(store, [inRoot, ...inHeads]);
  const cells = [
    ...cellsOfNode(items(inRoot), root),
    ...inHeads.flatMap((key) => cellsOfHead(items(key))),
  ];
  const first = Math.min(...cells.map(({ bucket }) => idsOf(bucket).from));
  return cells.length === 0 ? 0 : idsOf(bucketAt("month", first)).from;
}

/** Sums by slot and by what `of` says. */
function sumBySlot<C extends { bucket: Bucket; n: number }, K>(
  { interval, ...ids }: Extent,
  cells: readonly C[],
  of: (cell: C) => K,
): Map<number, Map<K, number>> {
  const slots = new Map<number, Map<K, number>>();
  for (const cell of cells.filter(({ bucket }) => isWithin(bucket, ids))) {
    const { from } = idsOf(cell.bucket);
    const start = interval === undefined ? ids.from : from - (from % intervals[interval].ids);
    const sums = slots.get(start) ?? new Map<K, number>();
    slots.set(start, sums.set(of(cell), (sums.get(of(cell)) ?? 0) + cell.n));
  }
  return slots;
}

/**
 * The series of some counters over some time, in one request a hundred items, half a read unit for 4 KB each: for each
 * counter its heads, the nodes that an end cuts, or each hour, day or month by the interval, and of durations a month, eight days,
 * and a day where hours are told apart or an end cuts it. From the beginning on it takes another request and two items more.
 *
 * @param durations whether they are asked for: without them, histograms are empty
 */
export async function readSeries(
  store: Store,
  counters: readonly Wide[],
  extent: Extent,
  durations: boolean,
): Promise<(counter: Wide) => Series> {
  const isTimed =
    durations && (extent.interval === undefined || intervals[extent.interval].hasDurations);
  const nodes = countNodes(extent);
  // Of two years without executions there are no durations to look for.
  const from = isTimed && extent.from === 0 ? await readBeginning(store) : extent.from;
  const stretches = isTimed ? stretchesOf({ ...extent, from }) : [];
  const items = await readItems(
    store,
    counters.flatMap((counter) => [
      ...headKeys(counter, store.shards),
      ...nodes.map((node) => nodeKey(counter, node)),
      ...stretches.map((stretch) => durationsKey(counter, stretch)),
    ]),
  );
  return (counter) => {
    const heads = headKeys(counter, store.shards).map(items);
    const counts = sumBySlot(
      extent,
      [
        ...heads.flatMap(cellsOfHead),
        ...nodes.flatMap((node) => cellsOfNode(items(nodeKey(counter, node)), node)),
      ],
      ({ field }) => field,
    );
    const histograms = sumBySlot(
      extent,
      [
        ...(isTimed ? heads.flatMap(durationsOfHead) : []),
        ...stretches.flatMap((stretch) =>
          durationsOfStretch(items(durationsKey(counter, stretch)), stretch),
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
          { counts: sums, durations: histograms.get(start) ?? new Map<number, number>() },
        ]),
    );
  };
}
