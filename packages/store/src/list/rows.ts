/** The rows of a page: each from its item, or from an index that has whole rows, where that costs less. */
import { type IdRange, timeOf } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { countRange } from "../counters/positions.ts";
import type { Tally } from "../counters/tally.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { collect } from "./collect.ts";
import type { Path, Reading } from "./paths.ts";
import type { Plan } from "./plan.ts";
import { type Match, readRows, walk } from "./walk.ts";

/** Executions as old as this have ended for the most part: those that wait or run for longer are few. */
const SETTLED_MS = 3_600_000;

/** The same executions by their final status; nothing where a source has no such indexes, or leaves something open. */
const endedReadings = ({ source, onEntry, onItem }: Reading): Reading[] =>
  onEntry.length + onItem.length > 0
    ? []
    : Status.options
        .filter(isFinal)
        .flatMap((status) => source.ended?.(status) ?? [])
        .map((ended) => ({ source: ended, onEntry: [], onItem: [] }));

/**
 * The final statuses to look in for the rows of a page: those that have more of them, by their share of the range as a
 * whole, than they have partitions. A Query costs half a read unit, as an item does: on the average
 * nothing costs less, and where none is found after all, the Queries cost less than the items.
 */
async function endedPath(store: Store, plan: Plan, range: IdRange, rows: number): Promise<Path> {
  const countOf = async (tallies: readonly Tally[]) =>
    (await countRange(store, tallies, range, plan.readItems)).whole;
  const readings = plan.path.flatMap(endedReadings);
  const counts = await Promise.all(
    readings.map(({ source }) => countOf(source.tally ? [source.tally] : [])),
  );
  const total = readings.length > 0 ? await countOf(plan.tallies ?? []) : 0;
  return readings.filter(
    ({ source }, at) => rows * (counts[at] ?? 0) > total * source.partitions(store.shards).length,
  );
}

/** The rows of executions that have ended. Nothing final changes again: they are as their items are. */
async function readEnded(store: Store, path: Path, ids: readonly number[]): Promise<Row[]> {
  if (path.length === 0) return [];
  const range = { from: Math.min(...ids), below: Math.max(...ids) + 1 };
  // One more than there can be: a Query that ends at its limit says that there may be more.
  const limitOf = () => ids.length + 1;
  const chunks = walk(store, {}, { path, range, order: "newest", limitOf });
  const { page } = await collect(chunks, { skip: 0, take: ids.length, countAll: false });
  return page.flatMap(({ row }) => row ?? []);
}

/**
 * The rows of the matches of a page, in their order; one that is gone is left out. Rows of a time range that are older
 * than an hour come from the final statuses first, and by their items where they are not there: the execution has not
 * ended, or the index does not have it yet.
 *
 * @param inOneTrip whether a second round trip would be one too many
 */
export async function rowsOf(
  store: Store,
  plan: Plan,
  range: IdRange,
  matches: readonly Match[],
  inOneTrip = false,
): Promise<Row[]> {
  const known = matches.flatMap(({ row }) => row ?? []);
  const ids = matches.flatMap(({ id, row }) => (row ? [] : [id]));
  if (ids.length === 0) return known;
  const isSettled = timeOf(Math.max(...ids)) < store.now().getTime() - SETTLED_MS;
  const isRange = range.from !== undefined || range.below !== undefined;
  const path =
    isSettled && isRange && !inOneTrip ? await endedPath(store, plan, range, ids.length) : [];
  const ended = await readEnded(store, path, ids);
  const found = new Map([...known, ...ended].map((row) => [row.id, row]));
  const items = await readRows(
    store,
    ids.filter((id) => !found.has(id)),
  );
  const rows = new Map([...found, ...items.map((row) => [row.id, row] as const)]);
  return matches.flatMap(({ id }) => rows.get(id) ?? []);
}
