/** Totals: how many executions a tally has, from the heads and the groups. */
import { Status } from "@attune/domain/lifecycle";
import type { Store } from "../store.ts";
import { type Items, readItems } from "./items.ts";
import { cellName, headKeys, placeOf } from "./keys.ts";
import { type Field, isGroup, isLasting, letters, type Tally } from "./tally.ts";

/** The attributes of a head that make up a field. */
const namesOf = (field: Field): readonly string[] =>
  field === "created" ? Status.options : [field];

/** Where the cells of a tally are: item and attribute. */
function cellsOf({ counter, field }: Tally, writers: number): (readonly [string, string])[] {
  if (!isGroup(counter)) {
    const names = namesOf(field);
    return headKeys(counter, writers).flatMap((key) => names.map((name) => [key, name] as const));
  }
  const { key, at } = placeOf(counter);
  return isLasting(field) ? [[key, cellName(at, letters[field])]] : [];
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
  const keys = tallies.flatMap((tally) => cellsOf(tally, store.shards).map(([key]) => key));
  const items: Items = await readItems(store, keys, { consistent });
  return (tally) =>
    cellsOf(tally, store.shards).reduce((sum, [key, name]) => sum + (items(key)[name] ?? 0), 0);
}
