/** Totals: how many executions a tally has, from the heads and the groups. */
import { Status } from "@attune/domain/lifecycle";
import type { Store } from "../store.ts";
import { cellsOfGroup } from "./cells.ts";
import { type Fields, type Items, readItems } from "./items.ts";
import { groupCellName, headKeys, placeOf } from "./keys.ts";
import { type Counter, type Field, isGroup, isLasting, letters, type Tally } from "./tally.ts";

/** The attributes of a head that make up a field. */
const namesOf = (field: Field): readonly string[] =>
  field === "created" ? Status.options : [field];

const keysOf = (counter: Counter, writers: number): string[] =>
  isGroup(counter) ? [placeOf(counter).key] : headKeys(counter, writers);

/** What one of its items has of a tally. */
function countIn(fields: Fields, { counter, field }: Tally): number {
  if (isGroup(counter) && field === "created")
    return cellsOfGroup(fields, counter).reduce((sum, { n }) => sum + n, 0);
  const names = isGroup(counter)
    ? isLasting(field)
      ? [groupCellName(placeOf(counter).at, letters[field])]
      : []
    : namesOf(field);
  return names.reduce((sum, name) => sum + (fields[name] ?? 0), 0);
}

/**
 * Some totals, in one request; what was never counted is zero. Half a read unit each head and each
 * group, one where the read is consistent.
 *
 * @param tallies ones that are counted: see `isCounted`
 */
export async function readTotals(
  store: Store,
  tallies: readonly Tally[],
  { consistent = false } = {},
): Promise<(tally: Tally) => number> {
  const keys = tallies.flatMap(({ counter }) => keysOf(counter, store.shards));
  const items: Items = await readItems(store, keys, { consistent });
  return (tally) =>
    keysOf(tally.counter, store.shards).reduce((sum, key) => sum + countIn(items(key), tally), 0);
}
