/** Taking a part of a list along its path: how much is read at a time. */
import { type IdRange, intersect } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import { searchResults } from "../search/search-results.ts";
import type { Store } from "../store.ts";
import { type Collected, collect, type Wanted } from "./collect.ts";
import { settledOf } from "./members.ts";
import type { Plan } from "./plan.ts";
import { hasWholeRows, type Source } from "./sources.ts";
import { walk } from "./walk.ts";

/**
 * Entries in one read, of all partitions together: at least as many as a read unit holds, of one partition no more than
 * half a unit holds, and a megabyte at most. A list that is no longer has counted by itself. Of rows that are all of the list,
 * in one partition, no more are read than are wanted: a page of 20 is half a unit.
 */
const ENTRIES = { least: 100, leastRows: 50, leastOfOne: 50, most: 10_000 };

/** Rows of an index in half a read unit: fewer cost the same. */
const ROWS_IN_HALF_A_UNIT = 25;

/** Entries of a partition of a source to read in each chunk. */
function limitOf(
  store: Store,
  { path, entriesPerMatch, tallies, members }: Plan,
  wanted: Wanted,
  isSettled: boolean,
) {
  const partitions = path.flatMap(({ source }) => source.partitions(store.shards)).length;
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
  const settled = await settledOf(plan.members, wanted, order);
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
