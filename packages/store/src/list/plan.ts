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
import { countRange, type Edge, estimateMembers } from "../counters/ranges.ts";
import { readTallies, readTotals, type Totals } from "../counters/read-totals.ts";
import { type Group, groupsOf, hasPositions, isGroup, type Tally } from "../counters/tally.ts";
import { LINE_UNITS, searchResults } from "../search/search-results.ts";
import type { Store } from "../store.ts";
import { type Collected, collect, type Wanted } from "./collect.ts";
import {
  costOf,
  type Path,
  pageCostOf,
  pathOfActions,
  pathsOf,
  settledGroupOf,
  talliesOfUnfinished,
  unfinishedOf,
} from "./paths.ts";
import { COUNTED_MS, findSettled, type Settled } from "./settled.ts";
import { hasWholeRows, type Source } from "./sources.ts";
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
  /** The group whose members the path tells apart by how they ended. */
  readonly members?: Members;
}

export interface Members {
  readonly group: Group;
  /** How many of them have not ended, by the counters. */
  readonly unfinished: number;
  /** The share of them that was unsuccessful. */
  readonly unsuccessful: number;
  /** Those that have not ended, from the oldest or the newest on, read once. */
  readonly settled: (order: Order) => Promise<Settled>;
  /** Whether that costs nothing: none is left, or they have been read. */
  readonly isSettled: (order: Order) => boolean;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** What a search in segments takes however little there is: the newest executions, and a look into each level. */
const SEGMENTS_UNITS = 5;

const everything: Tally = { counter: { kind: "all" }, field: "created" };

const membersIn = (counter: Group): Tally => ({ counter, field: "created" });

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

function membersOf(
  store: Store,
  path: Path,
  countOf: Totals["countOf"],
  within: IdRange,
): Members | undefined {
  const group = settledGroupOf(path);
  if (group === undefined) return undefined;
  const unfinished = unfinishedOf(group, countOf);
  const created = countOf({ counter: group, field: "created" });
  const completed = countOf({ counter: group, field: "completed" });
  const found = new Map<Order, Promise<Settled>>();
  return {
    ...{ group, unfinished },
    unsuccessful: created > 0 ? (created - completed - unfinished) / created : 0,
    settled: (order) => {
      const known = found.get(order) ?? findSettled(store, group, unfinished, within, order);
      found.set(order, known);
      return known;
    },
    isSettled: (order) => unfinished === 0 || found.has(order),
  };
}

/** Read units of a page for which no other path than a group's own is looked at. */
const CHEAP = 13;

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
  const choose = async (offered: readonly Path[], beside: readonly Tally[]) => {
    const counted = [
      ...offered.flatMap(talliesOfPath),
      ...offered.flatMap((path) => settledGroupOf(path) ?? []).flatMap(talliesOfUnfinished),
      ...(tallies ?? []),
      ...beside,
    ];
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
    const path = [...offered, ...(byActions && isKnown ? [byActions] : [])].reduce((best, one) =>
      costOfPath(one) < costOfPath(best) ? one : best,
    );
    return { counted, totals, total, path, cost: costOfPath(path) };
  };
  // What a group has is mostly listed from the group, and then the others' counters are not read.
  const ofGroups = tallies
    ? paths.filter((path) => talliesOfPath(path).every(({ counter }) => isGroup(counter)))
    : [];
  const first = ofGroups.length > 0 ? await choose(ofGroups, []) : undefined;
  const beside = [...groupsOf(filter).map(membersIn), ...(isSearch ? [everything] : [])];
  const chosen = first && first.cost <= CHEAP ? first : await choose(paths, beside);
  const { path, counted, totals, total } = chosen;
  const { countOf } = totals;
  const within = withinGroups(counted, totals, store.now());
  const members = membersOf(store, path, countOf, within);
  const size = members
    ? countOf({ counter: members.group, field: "created" })
    : sum(talliesOfPath(path).map(countOf));
  return {
    filter,
    path,
    usesSegments:
      isSearch && costOf(path, countOf) > SEGMENTS_UNITS + countOf(everything) * LINE_UNITS,
    within,
    // Where none matches, all are read.
    entriesPerMatch: tallies ? Math.max(1, size / Math.max(1, total)) : 1,
    tallies,
    readItems,
    ...(members ? { members } : {}),
  };
}

/**
 * Entries in one read, of all partitions together: at least as many as a read unit holds, of one partition no more than
 * half a unit holds, and a megabyte at most. A list that is no longer has counted by itself. Of rows that are all of the list,
 * in one partition, no more are read than are wanted: a page of 20 is half a unit.
 */
const ENTRIES = { least: 100, leastRows: 50, leastOfOne: 50, most: 10_000 };

/** Entries of a partition to read in each chunk. */
function limitOf(
  store: Store,
  { path, entriesPerMatch, tallies, members }: Plan,
  wanted: Wanted,
  isSettled: boolean,
) {
  const partitions = sum(path.map(({ source }) => source.partitions(store.shards).length));
  const isOpen = path.some(({ onEntry, onItem }) => onEntry.length + onItem.length > 0);
  // A little more where matches are not spread evenly; of members that have to be told by their items hardly so.
  const margin = members && !isSettled ? 1.05 : isOpen || partitions > 1 ? 1.2 : 1;
  const wantedOfAll = (wanted.skip + wanted.take + 1) * entriesPerMatch * margin;
  // Of many sources none has all of it, but half a unit's worth is read anyway.
  const wantedOfEach = Math.max(
    wantedOfAll * Math.min(1, 2 / path.length),
    Math.min(wantedOfAll, ENTRIES.leastRows / 2),
  );
  const needed = (wantedOfEach * path.length) / partitions;
  const isWhole = path.every(({ source }) => hasWholeRows(source));
  const isExact = isWhole && !isOpen && partitions === 1 && !wanted.countShort;
  const least = isExact
    ? 1
    : Math.min(ENTRIES.leastOfOne, (isWhole ? ENTRIES.leastRows : ENTRIES.least) / partitions);
  const opensItems = path.some(({ onItem }) =>
    onItem.some((name) => !(isSettled && name === "status")),
  );
  const opensResults = path.some(({ onItem }) => onItem.includes("result_contains"));
  const limitOfAll = (chunk: number): number => {
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
  // Beside the members of a group, as many as there are of them that were unsuccessful.
  return (chunk: number, { unsuccessfulOf }: Source): number =>
    members && unsuccessfulOf
      ? Math.ceil(limitOfAll(chunk) * Math.min(1, members.unsuccessful * 1.3) + ROWS_IN_HALF_A_UNIT)
      : limitOfAll(chunk);
}

const ROWS_IN_HALF_A_UNIT = 25;

/**
 * Matches that are passed, and members that have not ended, for which it pays to find out which these are, some three read
 * units, rather than read items.
 */
const MANY = { matches: 50, unfinished: 5 };

/** What tells which members have completed, where it costs nothing or there is more than a page to look at. */
async function settledOf(
  { members }: Plan,
  { skip, take, countAll }: Wanted,
  order: Order,
): Promise<Settled | undefined> {
  if (members === undefined) return undefined;
  // A page was located by the oldest.
  if (members.isSettled("oldest")) return members.settled("oldest");
  const isMuch = countAll || skip + take > MANY.matches || members.unfinished > MANY.unfinished;
  return isMuch ? members.settled(order) : undefined;
}

/** A part of the list, in an order. */
export async function take(
  store: Store,
  plan: Plan,
  { range, order, ...wanted }: Wanted & { readonly range: IdRange; readonly order: Order },
): Promise<Collected> {
  const { filter, path, usesSegments, within } = plan;
  const { result_contains } = filter;
  const part = intersect(range, within);
  if (usesSegments && result_contains !== undefined) {
    const asked = { filter: { ...filter, result_contains }, range: part, order };
    return collect(searchResults(store, asked), wanted);
  }
  const settled = await settledOf(plan, wanted, order);
  const limits = limitOf(store, plan, wanted, settled !== undefined);
  return collect(
    walk(store, filter, { path, range: part, order, limitOf: limits, settled }),
    wanted,
  );
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

/** Entries of a group's range that cost less to count than the days and hours at its ends to look into. */
const ENTRIES_TO_COUNT = 250;

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
  const [{ counter, field } = everything] = tallies;
  const about =
    isGroup(counter) && field === "created"
      ? await estimateMembers(counter, range, plan.readItems)
      : undefined;
  if (about !== undefined && about <= ENTRIES_TO_COUNT) return countByReading(store, plan, range);
  const { whole, edges } = await countRange(store, tallies, range, plan.readItems);
  const inEdges = edges.map(async (edge) => (await knownOf(edge)) ?? countEdge(store, plan, edge));
  return whole + sum(await Promise.all(inEdges));
}
