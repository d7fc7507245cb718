/** Totals: how many executions a tally has, from the heads and the groups. */
import type { Bounds } from "@attune/domain/ids";
import type { Store } from "../store.ts";
import { idsOf } from "./buckets.ts";
import { type Cell, cellsOfGroup } from "./cells.ts";
import { type Fields, type ReadItems, readItems } from "./items.ts";
import { endsPlaceOf, groupCellName, headKeys, placeOf } from "./keys.ts";
import {
  type Field,
  type Group,
  hasPositions,
  isGroup,
  letters,
  type Tally,
  totalFields,
} from "./tally.ts";

/** The attributes of a head that make up a field. */
const namesOf = (field: Field): readonly string[] =>
  field === "created" || field === "top_level" ? totalFields[field] : [field];

/** The items that have a tally: what completed of a group is apart. */
function keysOf(tally: Tally, writers: number): string[] {
  const { counter } = tally;
  if (!isGroup(counter)) return headKeys(counter, writers);
  return [(hasPositions(tally) ? placeOf : endsPlaceOf)(counter).key];
}

const sum = (cells: readonly Cell[]) => cells.reduce((total, { n }) => total + n, 0);

/** What one of its items has of a tally. */
function countIn(fields: Fields, tally: Tally): number {
  const { counter, field } = tally;
  if (!isGroup(counter))
    return namesOf(field).reduce((total, name) => total + (fields[name] ?? 0), 0);
  if (hasPositions(tally))
    return sum(cellsOfGroup(fields, counter).filter((cell) => cell.field === field));
  return field === "completed"
    ? (fields[groupCellName(endsPlaceOf(counter).at, letters.completed)] ?? 0)
    : 0;
}

export interface Totals {
  /** What was never counted is zero. */
  readonly countOf: (tally: Tally) => number;
  /** The ids of the days that have members of a group, from the first to the last; nothing where none has. */
  readonly daysOf: (group: Group) => Bounds | undefined;
}

function daysIn(fields: Fields, group: Group): Bounds | undefined {
  const days = cellsOfGroup(fields, group)
    .filter(({ field, n }) => field === "created" && n > 0)
    .map(({ bucket }) => idsOf(bucket));
  return days.length === 0
    ? undefined
    : {
        from: Math.min(...days.map(({ from }) => from)),
        below: Math.max(...days.map(({ below }) => below)),
      };
}

/**
 * What the counters say of some tallies, in one request. Half a read unit each head, each group and its ends, one where the
 * read is consistent.
 *
 * @param tallies ones that are counted: see `isCounted`
 * @param read in place of reading them here: what the same request has read of them is not read again
 */
export async function readTallies(
  store: Store,
  tallies: readonly Tally[],
  { consistent = false, read }: { consistent?: boolean; read?: ReadItems } = {},
): Promise<Totals> {
  const keys = tallies.flatMap((tally) => keysOf(tally, store.shards));
  const items = await (read?.(keys) ?? readItems(store, keys, { consistent }));
  return {
    countOf: (tally) =>
      keysOf(tally, store.shards).reduce((sum, key) => sum + countIn(items(key), tally), 0),
    daysOf: (group) => daysIn(items(placeOf(group).key), group),
  };
}

/** Their totals alone. */
export async function readTotals(
  ...given: Parameters<typeof readTallies>
): Promise<Totals["countOf"]> {
  return (await readTallies(...given)).countOf;
}
