/** Compares the time buckets of a span of hours with the executions that were created in it. */
import { type Bucket, bucketAt, childOf, type Level, wideTree } from "../counters/buckets.ts";
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
import { hoursOf } from "../counters/stretches.ts";
import { type Sums, sumAll, sumUp } from "../counters/sums.ts";
import type { Wide } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { compare, type Difference } from "./differences.ts";
import { contributionOfStood, look, type Stood } from "./look.ts";
import type { Seen } from "./seen.ts";
import { hourIn, hourOf, nodesIn, type Span } from "./span.ts";

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
  readonly days: readonly Bucket[];
  readonly hours: readonly Bucket[];
}

/** The items of a day. */
export const dayKeysOf = (counter: Wide, day: Bucket): string[] => [
  nodeKey(counter, day),
  durationsKey(counter, hoursOf(day)),
];
const hourKeysOf = ({ counter, hours }: Places) => hours.map((hour) => nodeKey(counter, hour));

/** What a head's attributes of a span come to in the items of hours and days. */
const placed = (span: Span, counter: Wide, fields: Fields): Count[] =>
  deltasIn(span, fields).flatMap(({ last, places, n }) => {
    const [day, hour] = [bucketAt("day", last), bucketAt("hour", last)];
    const keys = [...dayKeysOf(counter, day), nodeKey(counter, hour)];
    return places(counter)
      .filter(([key]) => keys.includes(key))
      .map(([key, name]) => [key, name, n] as const);
  });

/** What the items of a counter have of a span. */
function kept(span: Span, places: Places, items: Items): Count[] {
  const countsOf = (key: string) =>
    Object.entries(items(key)).map(([name, n]) => [key, name, n] as const);
  const ofDay = (day: Bucket, key: string) =>
    countsOf(key).filter(([, name]) => {
      const { at } = parseCell(name) ?? parseDuration(name) ?? {};
      const hour = at === undefined ? Number.NaN : hourIn(day, at);
      return hour >= span.from && hour < span.below;
    });
  return [
    ...places.days.flatMap((day) =>
      dayKeysOf(places.counter, day).flatMap((key) => ofDay(day, key)),
    ),
    ...hourKeysOf(places).flatMap(countsOf),
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

/** The nodes of a span that the ones above them name, or that have something else. */
function named(
  span: Span,
  counter: Wide,
  { above, below }: { above: Level; below: Level },
  items: Items,
  keys: ReadonlySet<string>,
): Bucket[] {
  const names = nodesIn(above, span).flatMap((node) =>
    Object.keys(items(nodeKey(counter, node))).flatMap((name) => {
      const cell = parseCell(name);
      return cell === undefined ? [] : [childOf(wideTree, node, cell.at).at];
    }),
  );
  const there = new Set(names);
  return nodesIn(below, span).filter(
    (node) => there.has(node.at) || keys.has(nodeKey(counter, node)),
  );
}

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
  const known = [...expectedIn(span, counters, everySeen)].map(([key]) => key);
  const looked = await look(
    store,
    { seen, heads: counters.flatMap((counter) => headKeys(counter, store.shards)) },
    async (state) => {
      const deltas = counters.flatMap((counter) => deltasOfHeads(store, span, counter, state));
      const keys = new Set([...known, ...deltas.map(([key]) => key)]);
      const read = (some: readonly string[]) => readItems(store, some, { consistent: true });
      const months = await read(
        counters.flatMap((counter) =>
          nodesIn("month", span).map((month) => nodeKey(counter, month)),
        ),
      );
      const withDays = counters.map((counter) => {
        const levels = { above: "month", below: "day" } as const;
        return { counter, days: named(span, counter, levels, months, keys) };
      });
      const days = await read(
        withDays.flatMap(({ counter, days }) => days.flatMap((day) => dayKeysOf(counter, day))),
      );
      const places = withDays.map((one): Places => {
        const levels = { above: "day", below: "hour" } as const;
        return { ...one, hours: named(span, one.counter, levels, days, keys) };
      });
      const hours = await read(places.flatMap(hourKeysOf));
      const items: Items = (key) => ({ ...days(key), ...hours(key) });
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
