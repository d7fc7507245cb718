/** How a list is read: along which path, and what the counters know of it. */
import type { Filter } from "@attune/domain/filter";
import { type IdRange, idOf, intersect, SLOTS } from "@attune/domain/ids";
import { readActions } from "../counters/directory.ts";
import { type ReadItems, readItemsOnce } from "../counters/items.ts";
import { readTallies, type Totals } from "../counters/read-totals.ts";
import { type Group, groupsOf, hasPositions, isGroup, type Tally } from "../counters/tally.ts";
import { LINE_UNITS } from "../search/search-results.ts";
import type { Store } from "../store.ts";
import { type Members, membersOf } from "./members.ts";
import {
  costOf,
  type Path,
  pageCostOf,
  pathOfActions,
  pathsOf,
  settledGroupOf,
  talliesOfUnfinished,
} from "./paths.ts";
import { hasWholeRows } from "./sources.ts";
import { sum } from "./sum.ts";
import { talliesOf } from "./totals.ts";

/** Tallies that are counted by time, less others of what they count. */
export interface Timed {
  readonly tallies: readonly Tally[];
  readonly others: readonly Tally[];
}

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
  /** What tells how many match in some time, and where a page is, where anything does. */
  readonly timed: Timed | undefined;
  /** What the counters say of time, each item read once. */
  readonly readItems: ReadItems;
  /** The group whose members the path tells apart by how they ended. */
  readonly members?: Members;
}

/** Whether it is a list of what groups have. */
export const isOfGroup = ({ tallies }: Plan): boolean =>
  tallies?.some(({ counter }) => isGroup(counter)) === true;

/** Whether the entries that are read are whole rows. */
export const isOfRows = ({ path }: Pick<Plan, "path">): boolean =>
  path.every(({ source }) => hasWholeRows(source));

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

/** Read units of a page for which no other path than a group's own is looked at. */
const CHEAP = 13;

/** Whether a path has a status beside another one in an index: the counters tell how many of its entries match. */
const isMixed = (path: Path) => path.some(({ onEntry }) => onEntry.includes("status"));

const talliesOfPath = (path: Path) => path.flatMap(({ source }) => source.tallies);

/** What a path is chosen by. */
interface Choice {
  readonly filter: Filter;
  readonly tallies: readonly Tally[] | undefined;
  readonly offered: readonly Path[];
  /** What is to be known beside what the paths cost. */
  readonly beside: readonly Tally[];
  readonly readItems: ReadItems;
}

/** The cheapest of some paths by the counters: for a page, or from end to end where the total is not counted. */
async function choosePath(store: Store, { filter, tallies, offered, beside, readItems }: Choice) {
  const { pack_name } = filter;
  const counted = [
    ...offered.flatMap(talliesOfPath),
    ...offered.flatMap((path) => settledGroupOf(path) ?? []).flatMap(talliesOfUnfinished),
    ...(tallies ?? []),
    ...beside,
  ];
  const [totals, byActions] = await Promise.all([
    readTallies(store, counted, { read: readItems }),
    tallies && pack_name !== undefined
      ? readActions(store, [pack_name]).then((actions) => pathOfActions(filter, actions))
      : undefined,
  ]);
  const { countOf } = totals;
  const total = sum((tallies ?? []).map(countOf));
  const costOfPath = (path: Path) =>
    tallies ? pageCostOf(path, countOf, { total, shards: store.shards }) : costOf(path, countOf);
  const isKnown =
    countOf({ counter: { kind: "pack", of: pack_name ?? "" }, field: "created" }) >= KNOWN;
  const path = [...offered, ...(byActions && isKnown ? [byActions] : [])].reduce((best, one) =>
    costOfPath(one) < costOfPath(best) ? one : best,
  );
  return { counted, totals, total, path, cost: costOfPath(path) };
}

/** Of a group of which all have ended, what completed are its members, less the others: without time, it is counted so. */
function timedOf(tallies: readonly Tally[] | undefined, members?: Members): Timed | undefined {
  if (tallies?.every(hasPositions)) return { tallies, others: [] };
  return tallies && members?.unfinished === 0
    ? { tallies: [membersIn(members.group)], others: members.others }
    : undefined;
}

/** The plan of a simple filter. It reads counters where there is more than one way to choose from, or a status is mixed. */
export async function planOf(store: Store, filter: Filter): Promise<Plan> {
  const tallies = talliesOf(filter);
  const [only, ...others] = pathsOf(filter);
  const isSearch = filter.result_contains !== undefined;
  const readItems = readItemsOnce(store);
  if (others.length === 0 && !isSearch && !isMixed(only)) {
    return {
      ...{ filter, path: only, usesSegments: false, within: {}, entriesPerMatch: 1, tallies },
      timed: timedOf(tallies),
      readItems,
    };
  }
  const paths = [only, ...others];
  const choose = (offered: readonly Path[], beside: readonly Tally[]) =>
    choosePath(store, { filter, tallies, offered, beside, readItems });
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
  const members = membersOf(store, path, countOf, { ...filter, within });
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
    timed: timedOf(tallies, members),
    readItems,
    ...(members ? { members } : {}),
  };
}
