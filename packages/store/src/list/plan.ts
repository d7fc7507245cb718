/** How a list is read: along which path, and what the counters know of it. */
import type { Filter } from "@attune/domain/filter";
import {
  type Bounds,
  type IdRange,
  idOf,
  intersect,
  isUnbounded,
  SLOTS,
  timeOf,
} from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import { readActions } from "../counters/directory.ts";
import { type ReadItems, readItemsOnce } from "../counters/items.ts";
import { countRange, type Edge } from "../counters/ranges.ts";
import { readTallies, readTotals, type Totals } from "../counters/read-totals.ts";
import { hasPositions, isGroup, type Tally } from "../counters/tally.ts";
import { LINE_UNITS, searchResults } from "../search/search-results.ts";
import type { Store } from "../store.ts";
import { type Collected, collect, type Wanted } from "./collect.ts";
import { costOf, type Path, pageCostOf, pathOfActions, pathsOf } from "./paths.ts";
import { hasWholeRows } from "./sources.ts";
import { talliesOf } from "./totals.ts";
import { walk } from "./walk.ts";

export interface Plan {
  readonly filter: Filter;
  readonly path: Path;
  /** Results are searched in the segments, and not along the path. */
  readonly usesSegments: boolean;
  /** Where all that match are: the time of a group, where another index than its own is read. */
  readonly within: IdRange;
  /** Entries that have to be read for a match, on the average. */
  readonly entriesPerMatch: number;
  /** The tallies whose sum is the total of the filter, where there are any. */
  readonly tallies: readonly Tally[] | undefined;
  /** What the counters say of time, each item read once. */
  readonly readItems: ReadItems;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** What a search in segments takes however little there is: the newest executions, and a look into each level. */
const SEGMENTS_UNITS = 5;

const everything: Tally = { counter: { kind: "all" }, field: "created" };

const DAY_IDS = 24 * 3_600_000 * SLOTS;

/**
 * Where the members of some groups are that all have to match, a day more at both ends: the stream may bring a change a
 * day late, and so the end is open where the last of them were created in the last days.
 */
function withinGroups(tallies: readonly Tally[], { daysOf }: Totals, now: Date): IdRange {
  const recent = idOf(now.getTime(), 0) - 3 * DAY_IDS;
  return tallies
    .flatMap(({ counter }) => (isGroup(counter) ? (daysOf(counter) ?? []) : []))
    .map(({ from, below }) => ({
      from: from - DAY_IDS,
      ...(below > recent ? {} : { below: below + DAY_IDS }),
    }))
    .reduce<IdRange>(intersect, {});
}

/**
 * The directory has an action once the stream has brought its first execution: with so many in a pack, it has the
 * actions that one knows of.
 */
const KNOWN = 200;

/** Whether a path has a status beside another one in an index: the counters tell how many of its entries match. */
const isMixed = (path: Path) => path.some(({ onEntry }) => onEntry.includes("status"));

/** The plan of a simple filter. It reads counters where there is more than one way to choose from, or a status is mixed. */
export async function planOf(store: Store, filter: Filter): Promise<Plan> {
  const tallies = talliesOf(filter);
  const [only, ...others] = pathsOf(filter);
  const isSearch = filter.result_contains !== undefined;
  const readItems = readItemsOnce(store);
  if (others.length === 0 && !isSearch && !isMixed(only)) {
    return {
      ...{ filter, path: only, usesSegments: false, within: {}, entriesPerMatch: 1, tallies },
      readItems,
    };
  }
  const talliesOfPath = (path: Path) => path.flatMap(({ source }) => source.tallies);
  const paths = [only, ...others];
  const counted = [...paths.flatMap(talliesOfPath), ...(tallies ?? []), everything];
  const [totals, byActions] = await Promise.all([
    readTallies(store, counted, { read: readItems }),
    tallies && filter.pack_name !== undefined
      ? readActions(store, [filter.pack_name]).then((actions) => pathOfActions(filter, actions))
      : undefined,
  ]);
  const { countOf } = totals;
  const total = sum((tallies ?? []).map(countOf));
  const costOfPath = (path: Path) =>
    tallies ? pageCostOf(path, countOf, { total, shards: store.shards }) : costOf(path, countOf);
  const isKnown =
    countOf({ counter: { kind: "pack", of: filter.pack_name ?? "" }, field: "created" }) >= KNOWN;
  const path = [...paths, ...(byActions && isKnown ? [byActions] : [])].reduce((best, one) =>
    costOfPath(one) < costOfPath(best) ? one : best,
  );
  const size = sum(talliesOfPath(path).map(countOf));
  return {
    filter,
    path,
    usesSegments:
      isSearch && costOf(path, countOf) > SEGMENTS_UNITS + countOf(everything) * LINE_UNITS,
    within: withinGroups(counted, totals, store.now()),
    // Where none matches, all are read.
    entriesPerMatch: tallies ? Math.max(1, size / Math.max(1, total)) : 1,
    tallies,
    readItems,
  };
}

/**
 * Entries in one read, of all partitions together: at least as many as a read unit holds, of one partition no more than
 * half a unit holds, and a megabyte at most. A list that is no longer has counted by itself.
 */
const ENTRIES = { least: 100, leastRows: 50, leastOfOne: 50, most: 10_000 };

/** Entries of a partition to read in each chunk. */
function limitOf(store: Store, { path, entriesPerMatch, tallies }: Plan, wanted: Wanted) {
  const partitions = sum(path.map(({ source }) => source.partitions(store.shards).length));
  const isOpen = path.some(({ onEntry, onItem }) => onEntry.length + onItem.length > 0);
  // A little more where matches are not spread evenly.
  const margin = isOpen || partitions > 1 ? 1.2 : 1;
  const wantedOfAll = (wanted.skip + wanted.take + 1) * entriesPerMatch * margin;
  // Of many sources none has all of it, but half a unit's worth is read anyway.
  const wantedOfEach = Math.max(
    wantedOfAll * Math.min(1, 2 / path.length),
    Math.min(wantedOfAll, ENTRIES.leastRows / 2),
  );
  const needed = (wantedOfEach * path.length) / partitions;
  const isWhole = path.every(({ source }) => hasWholeRows(source));
  const least = Math.min(
    ENTRIES.leastOfOne,
    (isWhole ? ENTRIES.leastRows : ENTRIES.least) / partitions,
  );
  const opensItems = path.some(({ onItem }) => onItem.length > 0);
  const opensResults = path.some(({ onItem }) => onItem.includes("result_contains"));
  return (chunk: number): number => {
    // Of items, and of results, fewer are read than of bare entries.
    if (opensResults) return ENTRIES.least;
    if (opensItems)
      return Math.ceil(
        Math.min((tallies && !wanted.countAll ? needed : ENTRIES.least) * 2 ** chunk, 1_600),
      );
    // The walk goes to the end: in as few round trips as it can. At first all partitions are read at once, and later on
    // those alone that have run dry.
    if (wanted.countAll) return chunk === 0 ? Math.ceil(ENTRIES.most / partitions) : ENTRIES.most;
    // How many entries there are for a match is not known without a counter.
    const growth = isOpen && !tallies ? 4 : 2;
    return Math.ceil(Math.min(Math.max(needed, least) * growth ** chunk, ENTRIES.most));
  };
}

/** A part of the list, in an order. */
export function take(
  store: Store,
  plan: Plan,
  { range, order, ...wanted }: Wanted & { readonly range: IdRange; readonly order: Order },
): Promise<Collected> {
  const { filter, path, usesSegments, within } = plan;
  const { result_contains } = filter;
  const part = intersect(range, within);
  const chunks =
    usesSegments && result_contains !== undefined
      ? searchResults(store, { filter: { ...filter, result_contains }, range: part, order })
      : walk(store, filter, { path, range: part, order, limitOf: limitOf(store, plan, wanted) });
  return collect(chunks, wanted);
}

/** How many executions match, by reading the entries of all of them. */
export async function countByReading(store: Store, plan: Plan, range: IdRange): Promise<number> {
  const { passed } = await take(store, plan, {
    range,
    order: "newest",
    skip: 0,
    take: 0,
    countAll: true,
  });
  return passed;
}

/** Whether the counters know how many match: whole, or in a range where they count by time bucket. */
export function knowsTotal({ tallies }: Plan, range: IdRange): boolean {
  return tallies !== undefined && (isUnbounded(range) || tallies.every(hasPositions));
}

/** So late are counters at most, while the stream runs. */
const COUNTED_MS = 10_000;

/** What a bucket has beside an edge of it, where that is one part. */
function besides({ from, below, bucket }: Edge): Bounds | undefined {
  if (from === bucket.from) return { from: below, below: bucket.below };
  return below === bucket.below ? { from: bucket.from, below: from } : undefined;
}

/**
 * How many match in an edge, by reading it; or what else its bucket has, where that is less and the bucket is counted. What
 * ends may do so at any time: of a bucket by status one cannot tell.
 */
async function countEdge(store: Store, plan: Plan, edge: Edge): Promise<number> {
  const rest = besides(edge);
  const isCounted =
    timeOf(edge.bucket.below) + COUNTED_MS < store.now().getTime() &&
    plan.tallies?.every(({ field }) => field === "created" || field === "top_level");
  return rest && isCounted && rest.below - rest.from < edge.below - edge.from
    ? Math.max(0, edge.count - (await countByReading(store, plan, rest)))
    : countByReading(store, plan, edge);
}

/**
 * How many executions match, by the counters; what lies in a part of a time bucket is counted by reading, unless it is
 * known otherwise. For a plan whose total they know.
 */
export async function totalOf(
  store: Store,
  plan: Plan,
  range: IdRange,
  knownOf: (edge: Bounds) => Promise<number | undefined> = async () => undefined,
): Promise<number> {
  const { tallies = [] } = plan;
  if (isUnbounded(range)) {
    return sum(tallies.map(await readTotals(store, tallies, { read: plan.readItems })));
  }
  const { whole, edges } = await countRange(store, tallies, range, plan.readItems);
  const inEdges = edges.map(async (edge) => (await knownOf(edge)) ?? countEdge(store, plan, edge));
  return whole + sum(await Promise.all(inEdges));
}
