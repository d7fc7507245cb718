/** Compares the time buckets of a span of hours with the executions that were created in it. */
import {
  type Bucket,
  bucketAt,
  childOf,
  idsOf,
  type Level,
  wideTree,
} from "../counters/buckets.ts";
import { type Fields, type Items, readItems } from "../counters/items.ts";
import {
  durationsKey,
  headKey,
  headKeys,
  nodeKeysOf,
  parseCell,
  parseDuration,
} from "../counters/keys.ts";
import { deltaOf } from "../counters/spill.ts";
import type { State } from "../counters/state.ts";
import { hoursOf } from "../counters/stretches.ts";
import { type Sums, sumAll, sumUp } from "../counters/sums.ts";
import type { Wide } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { compare, type Difference } from "./differences.ts";
import { contributionOfStood, look, type Stood } from "./look.ts";
import type { Seen } from "./seen.ts";
import { hourOf, nodesAround, nodesIn, type Span } from "./span.ts";

/** What is compared of the counters of some executions in a span. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** The days that have anything. */
  readonly days: readonly number[];
}

type Count = readonly [key: string, name: string, n: number];

/** The attributes of heads that are of a span. */
const deltasIn = (span: Span, fields: Fields) =>
  Object.entries(fields).flatMap(([name, n]) => {
    const delta = deltaOf(name, n);
    if (delta === undefined) return [];
    const hour = hourOf(delta.last);
    return hour >= span.from && hour < span.below ? [delta] : [];
  });

/** The items of a counter that are compared. */
interface Places {
  readonly counter: Wide;
  readonly fourDays: readonly Bucket[];
  /** Of their durations. */
  readonly days: readonly Bucket[];
  readonly hours: readonly Bucket[];
}

/** The durations of a day by the hour. */
export const durationsKeyOf = (counter: Wide, day: Bucket): string =>
  durationsKey(counter, hoursOf(day));

/** What a head's attributes of a span come to in the items of hours, days and four days. */
const placed = (span: Span, counter: Wide, fields: Fields): Count[] =>
  deltasIn(span, fields).flatMap(({ last, places, n }) => {
    const keys = [
      ...nodeKeysOf(counter, bucketAt("fourDays", last)),
      durationsKeyOf(counter, bucketAt("day", last)),
      ...nodeKeysOf(counter, bucketAt("hour", last)),
    ];
    return places(counter)
      .filter(([key]) => keys.includes(key))
      .map(([key, name]) => [key, name, n] as const);
  });

/** What the items of a counter have of a span. */
function kept(span: Span, { counter, fourDays, days, hours }: Places, items: Items): Count[] {
  const countsOf = (key: string) =>
    Object.entries(items(key)).map(([name, n]) => [key, name, n] as const);
  const inSpan = (node: Bucket, key: string) =>
    countsOf(key).filter(([, name]) => {
      const { at } = parseCell(name) ?? parseDuration(name) ?? {};
      const hour = at === undefined ? Number.NaN : hourOf(idsOf(node).from) + at;
      return hour >= span.from && hour < span.below;
    });
  return [
    ...fourDays.flatMap((node) => nodeKeysOf(counter, node).flatMap((key) => inSpan(node, key))),
    ...days.flatMap((day) => inSpan(day, durationsKeyOf(counter, day))),
    ...hours.flatMap((hour) => nodeKeysOf(counter, hour)).flatMap(countsOf),
  ];
}

/** What the heads of all writers have of a span. */
const deltasOfHeads = ({ shards }: Store, span: Span, counter: Wide, { heads }: State): Count[] =>
  headKeys(counter, shards).flatMap((key) => placed(span, counter, heads.get(key) ?? {}));

/** What executions come to in the items of hours, days and four days. */
function expectedIn(span: Span, counters: readonly Wide[], stood: readonly Stood[]): Sums {
  const sums = sumAll(stood.flatMap((one) => contributionOfStood(one)?.differences ?? []));
  return sumUp(
    counters.flatMap((counter) => placed(span, counter, sums.get(headKey(counter, 0)) ?? {})),
  );
}

/** The nodes of a span that the ones above them name, or that have something else. */
function named(
  span: Span,
  counter: Wide,
  { above, below }: { above: Level; below: Level },
  items: Items,
  keys: ReadonlySet<string>,
): Bucket[] {
  const names = nodesIn(above, span).flatMap((node) =>
    nodeKeysOf(counter, node)
      .flatMap((key) => Object.keys(items(key)))
      .flatMap((name) => {
        const cell = parseCell(name);
        return cell === undefined ? [] : [childOf(wideTree, node, cell.at).at];
      }),
  );
  const there = new Set(names);
  return nodesIn(below, span).filter(
    (node) => there.has(node.at) || nodeKeysOf(counter, node).some((key) => keys.has(key)),
  );
}

/**
 * Compares the buckets of some counters in a span: of each hour by 15 seconds, of four days by the hour, and the durations.
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
  const known = [...expectedIn(span, counters, everySeen)].map(([key]) => key);
  const looked = await look(
    store,
    { seen, heads: counters.flatMap((counter) => headKeys(counter, store.shards)) },
    async (state) => {
      const deltas = counters.flatMap((counter) => deltasOfHeads(store, span, counter, state));
      const keys = new Set([...known, ...deltas.map(([key]) => key)]);
      const read = (some: readonly string[]) => readItems(store, some, { consistent: true });
      const years = await read(
        counters.flatMap((counter) =>
          nodesIn("year", span).flatMap((year) => nodeKeysOf(counter, year)),
        ),
      );
      const withDays = counters.map((counter) => {
        const levels = { above: "year", below: "fourDays" } as const;
        return { counter, fourDays: named(span, counter, levels, years, keys) };
      });
      const days = await read(
        withDays.flatMap(({ counter, fourDays }) =>
          fourDays.flatMap((node) => nodeKeysOf(counter, node)),
        ),
      );
      const places = withDays.map((one): Places => {
        const levels = { above: "fourDays", below: "hour" } as const;
        const hours = named(span, one.counter, levels, days, keys);
        return { ...one, hours, days: nodesAround("day", hours) };
      });
      const rest = await read(
        places.flatMap(({ counter, days, hours }) => [
          ...days.map((day) => durationsKeyOf(counter, day)),
          ...hours.flatMap((hour) => nodeKeysOf(counter, hour)),
        ]),
      );
      const items: Items = (key) => ({ ...days(key), ...rest(key) });
      return {
        counted: sumUp([...deltas, ...places.flatMap((one) => kept(span, one, items))]),
        days: [...new Set(places.flatMap((one) => one.days.map(({ at }) => at)))],
      };
    },
    (before, after) => JSON.stringify(headsOf(before)) === JSON.stringify(headsOf(after)),
  );
  if (looked === undefined) return undefined;
  const { stood, read } = looked;
  const differences = compare(read.counted, expectedIn(span, counters, stood));
  return { differences, days: read.days };
}
