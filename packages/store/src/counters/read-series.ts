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
  wideTree,
} from "./buckets.ts";
import {
  type Cell,
  cellsOfHead,
  cellsOfNode,
  durationsOfHead,
  durationsOfStretch,
} from "./cells.ts";
import type { Histogram } from "./durations.ts";
import { readItems } from "./items.ts";
import { durationsKey, headKeys, nodeKey } from "./keys.ts";
import { type Stretch, stretchesIn } from "./stretches.ts";
import { isOfTops, type Lasting, type Wide } from "./tally.ts";

/**
 * What a slot may be: how many ids it has, the level of nodes whose children lie in a slot each, and whether
 * its durations are kept.
 */
export const intervals = {
  minute: { ids: lengths.hour / 60, nodes: "hour", hasDurations: false },
  hour: { ids: lengths.hour, nodes: "fourDays", hasDurations: true },
  day: { ids: lengths.day, nodes: "fourDays", hasDurations: true },
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

/** Ids in a slot. */
const slotLength = ({ interval }: Extent): number =>
  interval === undefined ? Number.POSITIVE_INFINITY : intervals[interval].ids;

/** What has its durations: the longest stretches of which no part is in two slots. */
const stretchesOf = (extent: Extent): Stretch[] =>
  stretchesIn(extent.from, extent.below, slotLength(extent));

/** The first id of the month that has the first execution of all, and so of each counter. */
async function readBeginning(store: Store): Promise<number> {
  const all = { kind: "all" } as const;
  const keys = headKeys(all, store.shards);
  const inHeads = await readItems(store, keys);
  const cells = keys.flatMap((key) => cellsOfHead(inHeads(key)));
  if (cells.length === 0) return 0;
  const firstOf = (some: readonly Cell[]) =>
    Math.min(...some.map(({ bucket }) => idsOf(bucket).from));
  const year = bucketAt("year", firstOf(cells));
  const key = nodeKey(all, year, "created");
  const inYear = cellsOfNode((await readItems(store, [key]))(key), year);
  const unspilled = cells.filter(({ bucket }) => bucket.level !== "year");
  return idsOf(bucketAt("month", firstOf([...inYear, ...unspilled]))).from;
}

/** Sums by slot and by what `of` says. */
function sumBySlot<C extends { bucket: Bucket; n: number }, K>(
  extent: Extent,
  cells: readonly C[],
  of: (cell: C) => K,
): Map<number, Map<K, number>> {
  const length = slotLength(extent);
  const slots = new Map<number, Map<K, number>>();
  // What has more than a slot, a year in a head, the nodes tell apart.
  const inSlots = cells.filter(
    ({ bucket }) => isWithin(bucket, extent) && lengths[bucket.level] <= length,
  );
  for (const cell of inSlots) {
    const { from } = idsOf(cell.bucket);
    const start = extent.interval === undefined ? extent.from : from - (from % length);
    const sums = slots.get(start) ?? new Map<K, number>();
    slots.set(start, sums.set(of(cell), (sums.get(of(cell)) ?? 0) + cell.n));
  }
  return slots;
}

/**
 * The series of some counters over some time, in one request a hundred items, half a read unit for 4 KB each: for each
 * counter its heads, the nodes that an end cuts, or each hour or four days by the interval, and of durations a month, eight days,
 * and a day where hours are told apart or an end cuts it. From the beginning on it takes two requests and two items more.
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
      ...nodes.map((node) => nodeKey(counter, node, "created")),
      ...stretches.map((stretch) => durationsKey(counter, stretch)),
    ]),
  );
  return (counter) => {
    const heads = headKeys(counter, store.shards).map(items);
    const counts = sumBySlot(
      extent,
      [
        // Their nodes do not have what has no parent.
        ...heads.flatMap(cellsOfHead).filter(({ field }) => !isOfTops(field)),
        ...nodes.flatMap((node) => cellsOfNode(items(nodeKey(counter, node, "created")), node)),
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
