/** Compares the time buckets of a span of hours with the executions that were created in it. */
import { HOUR, idOfFine, type Node } from "../counters/buckets.ts";
import { type Fields, type Items, readItems } from "../counters/items.ts";
import {
  durationsKey,
  headKey,
  headKeys,
  nodeKey,
  parseCell,
  parseDuration,
} from "../counters/keys.ts";
import { deltaOf } from "../counters/spill.ts";
import type { State } from "../counters/state.ts";
import { type Sums, sumAll, sumUp } from "../counters/sums.ts";
import type { Wide } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { compare, type Difference } from "./differences.ts";
import { contributionOfStood, look, type Stood } from "./look.ts";
import type { Seen } from "./seen.ts";
import { daysOf, hourIn, hourOf, hoursOf, type Span } from "./span.ts";

/** What is compared of the counters of some executions in a span. */
export interface Compared {
  readonly differences: readonly Difference[];
  readonly stood: readonly Stood[];
  readonly state: State;
}

type Count = readonly [key: string, name: string, n: number];

/** The attributes of heads that are of a span. */
const deltasIn = (span: Span, fields: Fields) =>
  Object.entries(fields).flatMap(([name, n]) => {
    const delta = deltaOf(name, n);
    if (delta === undefined) return [];
    const hour = hourOf(idOfFine(delta.fine));
    return hour >= span.from && hour < span.below ? [delta] : [];
  });

/** The items that have the buckets of a span: of the hours, and of their days. */
const itemsIn = (span: Span, counter: Wide) => ({
  days: daysOf(span).flatMap((day) => [nodeKey(counter, day), durationsKey(counter, day)]),
  hours: hoursOf(span).map((hour) => nodeKey(counter, hour)),
});

/** What a head's attributes of a span come to in the items of its hours and its day. */
function placed(span: Span, counter: Wide, fields: Fields): Count[] {
  const { days, hours } = itemsIn(span, counter);
  const keys = new Set([...days, ...hours]);
  return deltasIn(span, fields).flatMap(({ places, n }) =>
    places(counter)
      .filter(([key]) => keys.has(key))
      .map(([key, name]) => [key, name, n] as const),
  );
}

/** What the items of a counter have of a span. */
function kept(span: Span, counter: Wide, items: Items): Count[] {
  const countsOf = (key: string) =>
    Object.entries(items(key)).map(([name, n]) => [key, name, n] as const);
  const ofDay = (day: Node, key: string) =>
    countsOf(key).filter(([, name]) => {
      const { at } = parseCell(name) ?? parseDuration(name) ?? {};
      const hour = at === undefined ? Number.NaN : hourIn(day, at);
      return hour >= span.from && hour < span.below;
    });
  return [
    ...daysOf(span).flatMap((day) =>
      [nodeKey(counter, day), durationsKey(counter, day)].flatMap((key) => ofDay(day, key)),
    ),
    ...itemsIn(span, counter).hours.flatMap(countsOf),
  ];
}

/** What the heads of all writers have of a span. */
const deltasOfHeads = ({ shards }: Store, span: Span, counter: Wide, { heads }: State): Count[] =>
  headKeys(counter, shards).flatMap((key) => placed(span, counter, heads.get(key) ?? {}));

/** What executions come to in the items of hours and days. */
function expectedIn(span: Span, counters: readonly Wide[], stood: readonly Stood[]): Sums {
  const sums = sumAll(stood.flatMap((one) => contributionOfStood(one)?.differences ?? []));
  return sumUp(
    counters.flatMap((counter) => placed(span, counter, sums.get(headKey(counter, 0)) ?? {})),
  );
}

/** The hours that a day says it has something of, or whose executions or heads have. */
const hourKeysOf = (
  span: Span,
  counters: readonly Wide[],
  counts: readonly Count[],
  days: Items,
) => {
  const named = new Set(counts.map(([key]) => key));
  return counters.flatMap((counter) => {
    const present = new Set(
      daysOf(span).flatMap((day) =>
        Object.keys(days(nodeKey(counter, day))).flatMap((name) => {
          const cell = parseCell(name);
          return cell === undefined
            ? []
            : [nodeKey(counter, { level: HOUR, at: hourIn(day, cell.at) })];
        }),
      ),
    );
    return itemsIn(span, counter).hours.filter((key) => present.has(key) || named.has(key));
  });
};

/**
 * Compares the buckets of some counters in a span: of each hour by 15 seconds, of its day by the hour, and the durations.
 * A bucket is what its item has and what the heads have not spilled. `undefined`: something changed
 * meanwhile.
 *
 * @param seen all executions that were created in the span
 */
export async function compareBuckets(
  store: Store,
  span: Span,
  counters: readonly Wide[],
  seen: readonly Seen[],
): Promise<Compared | undefined> {
  const headsOf = (state: State) =>
    counters.map((counter) =>
      headKeys(counter, store.shards).map((key) =>
        deltasIn(span, state.heads.get(key) ?? {})
          .map(({ name, n }) => [name, n])
          .toSorted(),
      ),
    );
  const everySeen = seen.map(
    (one) => ({ seen: one, status: one.status, ledger: "right" }) as const,
  );
  const known = [...expectedIn(span, counters, everySeen)].map(([key]) => [key, "", 0] as const);
  const looked = await look(
    store,
    { seen, heads: counters.flatMap((counter) => headKeys(counter, store.shards)) },
    async (state) => {
      const consistent = { consistent: true };
      const days = await readItems(
        store,
        counters.flatMap((counter) => itemsIn(span, counter).days),
        consistent,
      );
      const deltas = counters.flatMap((counter) => deltasOfHeads(store, span, counter, state));
      const hours = await readItems(
        store,
        hourKeysOf(span, counters, [...known, ...deltas], days),
        consistent,
      );
      const items: Items = (key) => ({ ...days(key), ...hours(key) });
      return sumUp([...deltas, ...counters.flatMap((counter) => kept(span, counter, items))]);
    },
    (before, after) => JSON.stringify(headsOf(before)) === JSON.stringify(headsOf(after)),
  );
  if (looked === undefined) return undefined;
  const { stood, state, read: counted } = looked;
  return { differences: compare(counted, expectedIn(span, counters, stood)), stood, state };
}
