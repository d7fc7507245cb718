/** The counters that a recount compares. */
import { packOf } from "@attune/domain/execution";
import { readActions, readPacks } from "../counters/directory.ts";
import { headKey } from "../counters/keys.ts";
import { type Wide, wideCountersOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Difference } from "./differences.ts";
import type { Seen } from "./seen.ts";

export const nameOf = (counter: Wide): string => headKey(counter, 0);

/** All counters that the directory names, in the order of their names. */
export async function readCounters(store: Store): Promise<Wide[]> {
  const actions = await readActions(store, [undefined, ...(await readPacks(store))]);
  return withAll([{ kind: "all" }, ...actions.flatMap((of) => wideCountersOf({ action_ref: of }))]);
}

/** Each counter once, in the order of their names. */
function withAll(counters: readonly Wide[]): Wide[] {
  const byName = new Map(counters.map((counter) => [nameOf(counter), counter]));
  return [...byName].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, of]) => of);
}

/** Some counters, and those of some executions. */
export const withThoseOf = (counters: readonly Wide[], seen: readonly Seen[]): Wide[] =>
  withAll([...counters, ...seen.flatMap(({ membership }) => wideCountersOf(membership))]);

/** The actions that the directory does not name. */
export function unnamed(counters: readonly Wide[], seen: readonly Seen[]): Difference[] {
  const named = new Set(counters.map(nameOf));
  const actions = new Set(seen.map(({ membership }) => membership.action_ref));
  return [...actions]
    .filter((of) => !named.has(nameOf({ kind: "action", of })))
    .map((of) => {
      const item = `directory#actions${packOf(of) === undefined ? "" : `#${packOf(of)}`}`;
      return { item, attribute: of, counted: 0, expected: 1 };
    });
}
