/** Aggregations: how the executions that were created in some time ended, by interval and by group. */
import { ServiceError } from "@attune/domain/errors";
import { createdOf, idOf } from "@attune/domain/ids";
import { failureRateOf, finals, sumOf } from "@attune/domain/stats";
import type { Store } from "../store.ts";
import { readActions, readPacks } from "./directory.ts";
import { type Histogram, percentileOf } from "./durations.ts";
import { type Extent, type Interval, intervals, readSeries, type Slot } from "./read-series.ts";
import type { Wide } from "./tally.ts";

export const groupings = ["action_ref", "pack_name", "status"] as const;
export type Grouping = (typeof groupings)[number];

export interface Question {
  /** Unix milliseconds. Until now where nothing is said; from the beginning, or with intervals the latest that fit. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly interval?: Interval | undefined;
  readonly groupBy?: Grouping | undefined;
}

type Row = Readonly<Record<string, unknown>>;

export interface Aggregates {
  /** What was counted, ISO 8601: `since` is in it, `until` is not. */
  readonly since: string;
  readonly until: string;
  /** By interval, oldest first, then by group. */
  readonly rows: readonly Row[];
}

/** Intervals and groups that an answer may have. */
const MAX_ROWS = 1_000;

/** Durations are kept by the hour, and so an extent without an interval is of whole hours. */
const idsIn = (interval: Interval | undefined) => intervals[interval ?? "hour"].ids;

/**
 * Some time, rounded outward; it ends with the interval that has `now` at the latest.
 *
 * @param most intervals that an answer may have
 */
function extentOf({ since, until, interval }: Question, now: number, most: number): Extent {
  const unit = idsIn(interval);
  const end = Math.min(until ?? now, now);
  const below = Math.ceil(Math.max(0, idOf(end, 0)) / unit) * unit;
  const beginning = interval === undefined ? 0 : Math.max(0, below - most * unit);
  const from =
    since === undefined ? beginning : Math.floor(Math.max(0, idOf(since, 0)) / unit) * unit;
  return { from, below: Math.max(from, below), interval };
}

/** The first id of each slot. */
function slotsOf({ from, below, interval }: Extent): number[] {
  if (interval === undefined) return [from];
  const { ids } = intervals[interval];
  return Array.from({ length: (below - from) / ids }, (_, at) => from + at * ids);
}

/** Grouping → the counters that it is answered from. */
const countersOf: Readonly<Record<Grouping | "none", (store: Store) => Promise<Wide[]>>> = {
  none: () => Promise.resolve([{ kind: "all" }]),
  status: () => Promise.resolve([{ kind: "all" }]),
  pack_name: async (store) => (await readPacks(store)).map((of) => ({ kind: "pack", of })),
  action_ref: async (store) => {
    const actions = await readActions(store, [undefined, ...(await readPacks(store))]);
    return actions.map((of) => ({ kind: "action", of }));
  },
};

const percents = { p50: 50, p90: 90, p99: 99 } as const;

/** In seconds; `null` where none of them ran. */
function percentilesOf(durations: Histogram): Readonly<Record<string, number>> | null {
  const found = Object.entries(percents).flatMap(([name, percent]) => {
    const ms = percentileOf(durations, percent);
    return ms === undefined ? [] : [[name, Math.round(ms) / 1_000] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

const empty: Slot = { counts: new Map(), durations: new Map() };

/** What is said of executions, whatever their group. */
function summaryOf({ counts, durations }: Slot): Row {
  const ended = Object.fromEntries(finals.map((status) => [status, counts.get(status) ?? 0]));
  const total = counts.get("created") ?? 0;
  return {
    total,
    ...ended,
    unfinished: total - sumOf(ended, finals),
    failure_rate: failureRateOf(ended),
    duration_seconds: percentilesOf(durations),
  };
}

/** The executions of a slot by how they ended, if they have. */
function statusesOf({ counts }: Slot): Row[] {
  const ended = finals.map((status) => ({ status, total: counts.get(status) ?? 0 }));
  const total = counts.get("created") ?? 0;
  const unfinished = ended.reduce((left, one) => left - one.total, total);
  return [...ended, { status: "unfinished", total: unfinished }].filter(({ total }) => total > 0);
}

/** The rows of a slot and a counter. A group without executions has none. */
function rowsOf(counter: Wide, groupBy: Grouping | undefined, slot: Slot | undefined): Row[] {
  if (groupBy === undefined) return [summaryOf(slot ?? empty)];
  if (slot === undefined) return [];
  if (groupBy === "status" || counter.kind === "all") return statusesOf(slot);
  return [{ [groupBy]: counter.of, ...summaryOf(slot) }];
}

/**
 * Answers how the executions that were created in some time ended. Read units: half a one for each group, and
 * for each 4 KB of the hours, days, eight days or months that the intervals lie in.
 *
 * @throws ServiceError 400 for a time that ends before it begins, and for more rows than an answer may have
 */
export async function aggregate(store: Store, question: Question): Promise<Aggregates> {
  const { since, until, groupBy, interval } = question;
  if (since !== undefined && until !== undefined && since >= until)
    throw new ServiceError(400, "since must be before until");
  const counters = await countersOf[groupBy ?? "none"](store);
  const groups = Math.max(1, counters.length);
  const most = Math.max(1, Math.floor(MAX_ROWS / groups));
  const extent = extentOf(question, store.now().getTime(), most);
  const slots = slotsOf(extent);
  const { length } = slots;
  if (length * groups > MAX_ROWS)
    throw new ServiceError(
      400,
      `These are ${length} intervals of ${groups} groups, and an answer has ${MAX_ROWS} of both at most: ask for less time, or for longer intervals`,
    );
  const series = await readSeries(store, counters, extent, groupBy !== "status");
  const bySlot = counters.map((counter) => ({ counter, slotAt: series(counter) }));
  return {
    since: createdOf(extent.from),
    until: createdOf(extent.below),
    rows: slots.flatMap((start) =>
      bySlot
        .flatMap(({ counter, slotAt }) => rowsOf(counter, groupBy, slotAt.get(start)))
        .map((row) => ({ ...(interval === undefined ? {} : { since: createdOf(start) }), ...row })),
    ),
  };
}
