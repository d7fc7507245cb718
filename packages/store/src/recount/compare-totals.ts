/**
 * Compares what is not of one span: durations of eight days and months with their days, years with their four days, and the totals
 * of heads with all buckets. Spilling alone changes what a head has by year, and counting moves a total and a bucket together, so that this is exact while writes go on.
 * How what is not final is divided into statuses is known by looking at all of it.
 */
import { isDeepStrictEqual } from "node:util";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { type Bucket, bucketAt, idsOf, offsetIn, wideTree } from "../counters/buckets.ts";
import { type Fields, type Items, readItems } from "../counters/items.ts";
import {
  cellName,
  durationName,
  durationsKey,
  headKey,
  headKeys,
  nodeKey,
  nodeKeysOf,
  parseCell,
  parseDuration,
  parseYear,
  yearName,
} from "../counters/keys.ts";
import type { State } from "../counters/state.ts";
import { stretchesAround } from "../counters/stretches.ts";
import { sumAll, sumUp } from "../counters/sums.ts";
import {
  isLasting,
  lastingOf,
  letters,
  topLevel,
  totalFields,
  type Wide,
} from "../counters/tally.ts";
import { unfinishedPartitions } from "../index-keys.ts";
import type { Store } from "../store.ts";
import { durationsKeyOf } from "./compare-buckets.ts";
import { compare, type Difference, driftOf } from "./differences.ts";
import { contributionOfStood, look, type Stood } from "./look.ts";
import { readIds, readRecords, type Seen, seenOf } from "./seen.ts";
import { nodesAround } from "./span.ts";

const passing = Status.options.filter((status) => !isFinal(status));
const finals = Status.options.flatMap((status) =>
  isFinal(status) && isLasting(status) ? [status] : [],
);
/** What totals and buckets both have. */
const lasting = [...finals, ...finals.map(topLevel)] as const;
/** What is not final, of all and of those without a parent, and what is known of it in sum. */
const kinds = [
  { sum: "created", passing, finals },
  { sum: "top_level", passing: passing.map(topLevel), finals: finals.map(topLevel) },
] as const;

const everything = { from: 0, below: Number.MAX_SAFE_INTEGER };

/** All executions that are not final. */
export async function readUnfinished(store: Store): Promise<Seen[]> {
  const ids = await Promise.all(
    unfinishedPartitions(store.shards).map((partition) =>
      readIds(store, "by_status", partition, everything),
    ),
  );
  return (await readRecords(store, [...new Set(ids.flat())])).map(seenOf);
}

type Count = readonly [key: string, name: string, n: number];

/** Where the durations of an id are, beside its day. */
const longerAround = (id: number) =>
  stretchesAround(id).filter(({ stretch }) => stretch.mark !== "d");

/** The items that are compared with what is below them: years, and durations that are longer than a day. */
const keysAbove = (counter: Wide, days: readonly Bucket[]) => [
  ...nodesAround("year", days).flatMap((year) => nodeKeysOf(counter, year)),
  ...new Set(
    days.flatMap((day) =>
      longerAround(idsOf(day).from).map(({ stretch }) => durationsKey(counter, stretch)),
    ),
  ),
];

/** The items that they are compared with, and the time of each: four days, and durations of a day. */
const itemsBelow = (counter: Wide, days: readonly Bucket[]) => [
  ...nodesAround("fourDays", days).flatMap((bucket) =>
    nodeKeysOf(counter, bucket).map((key) => ({ bucket, key })),
  ),
  ...days.map((bucket) => ({ bucket, key: durationsKeyOf(counter, bucket) })),
];

/** What some attribute of an item has that others are compared with. */
interface Below {
  readonly bucket: Bucket;
  readonly name: string;
  readonly n: number;
}

/** What the four days of a counter have, and the durations of its days, less what is known to be wrong with it. */
const belowWithout = (
  counter: Wide,
  days: readonly Bucket[],
  items: Items,
  known: readonly Difference[],
): Below[] =>
  itemsBelow(counter, days).flatMap(({ bucket, key }) => [
    ...Object.entries(items(key)).map(([name, n]) => ({ bucket, name, n })),
    ...known
      .filter(({ item }) => item === key)
      .map((one) => ({ bucket, name: one.attribute, n: -driftOf(one) })),
  ]);

/** What years, heads by year and longer durations have to have, by what is below them. */
function expectedAbove(counter: Wide, below: readonly Below[]) {
  return below.flatMap(({ bucket, name, n }): Count[] => {
    const { from } = idsOf(bucket);
    const { letter = "" } = parseCell(name) ?? {};
    const field = lastingOf[letter];
    if (field !== undefined) {
      const year = bucketAt("year", from);
      return [
        [nodeKey(counter, year, field), cellName(offsetIn(wideTree, year, from), letter), n],
        [headKey(counter, 0), yearName(year.at, letter), n],
      ];
    }
    const { duration } = parseDuration(name) ?? {};
    return duration === undefined
      ? []
      : longerAround(from).map(({ stretch, offset }) => [
          durationsKey(counter, stretch),
          durationName(offset, duration),
          n,
        ]);
  });
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0);

/** How many a letter has, in cells of whatever place. */
const lettered = (cells: readonly { name: string; n: number }[], letter: string) =>
  sumOf(cells.flatMap(({ name, n }) => (parseCell(name)?.letter === letter ? [n] : [])));

const cellsIn = (fields: Fields) => Object.entries(fields).map(([name, n]) => ({ name, n }));

/** What a head has by year. */
const yearsIn = (fields: Fields) => Object.entries(fields).filter(([name]) => parseYear(name));

/** The totals of a counter, of all writers together: as they are, and as they have to be. */
function totalsOf(
  counter: Wide,
  heads: readonly Fields[],
  below: readonly Below[],
  unfinished: readonly Stood[] | undefined,
): { differences: Difference[]; isDivided: boolean } {
  const cells = [...below, ...heads.flatMap(cellsIn)];
  const counted = (name: string) => sumOf(heads.map((fields) => fields[name] ?? 0));
  const difference = (attribute: string, is: number, expected: number): Difference => ({
    item: headKey(counter, 0),
    ...{ attribute, counted: is, expected },
  });
  const expected = (field: keyof typeof letters) => lettered(cells, letters[field]);

  const sums = sumAll(
    (unfinished ?? []).flatMap((one) => contributionOfStood(one)?.differences ?? []),
  );
  const divided = sums.get(headKey(counter, 0)) ?? {};
  const isDivided =
    unfinished !== undefined &&
    kinds.every((kind) => {
      const left = expected(kind.sum) - sumOf(kind.finals.map(expected));
      return sumOf(kind.passing.map((field) => divided[field] ?? 0)) === left;
    });
  return {
    isDivided,
    differences: [
      ...lasting.map((field) => difference(field, counted(field), expected(field))),
      ...kinds.flatMap(({ sum, passing }) =>
        isDivided
          ? passing.map((field) => difference(field, counted(field), divided[field] ?? 0))
          : [difference(sum, sumOf(totalFields[sum].map(counted)), expected(sum))],
      ),
    ].filter((one) => driftOf(one) !== 0),
  };
}

export interface ComparedTotals {
  readonly differences: readonly Difference[];
  /** Whether what is not final could be compared by status; otherwise all of it together. */
  readonly isDivided: boolean;
}

const isSpilled = (keys: readonly string[], before: State, after: State) =>
  keys.some((key) => {
    const [was, is] = [before.heads.get(key) ?? {}, after.heads.get(key) ?? {}];
    const isSame = isDeepStrictEqual(
      Object.fromEntries(yearsIn(was)),
      Object.fromEntries(yearsIn(is)),
    );
    return !isSame || Object.keys(was).some((name) => !(name in is));
  });

/**
 * Compares what is above the days of some counters, and their totals. Two units for each counter and day, and half a unit for each
 * execution that is not final. `undefined`: something was spilled meanwhile.
 *
 * @param dayNumbers the days that have anything, from the ids' epoch on
 * @param known what is wrong with the days, and not repaired
 * @param unfinished all executions that are not final; without them, what is not final is compared in sum
 */
export async function compareTotals(
  store: Store,
  counters: readonly Wide[],
  dayNumbers: readonly number[],
  known: readonly Difference[],
  unfinished?: readonly Seen[],
): Promise<ComparedTotals | undefined> {
  const days = dayNumbers.map((at): Bucket => ({ level: "day", at }));
  const heads = counters.flatMap((counter) => headKeys(counter, store.shards));
  const above = counters.flatMap((counter) => keysAbove(counter, days));
  const below = counters.flatMap((counter) => itemsBelow(counter, days).map(({ key }) => key));
  const looked = await look(
    store,
    { seen: unfinished ?? [], heads },
    () => readItems(store, [...above, ...below], { consistent: true }),
    (before, after) => !isSpilled(heads, before, after),
  );
  if (looked === undefined) return undefined;
  const { stood, state, read: items } = looked;
  const compared = counters.map((counter) => {
    const cells = belowWithout(counter, days, items, known);
    const fields = headKeys(counter, store.shards).map((key) => state.heads.get(key) ?? {});
    const counted = sumUp([
      ...keysAbove(counter, days).flatMap((key) =>
        Object.entries(items(key)).map(([name, n]) => [key, name, n] as const),
      ),
      ...fields.flatMap(yearsIn).map(([name, n]) => [headKey(counter, 0), name, n] as const),
    ]);
    const totals = totalsOf(counter, fields, cells, unfinished && stood);
    const nodes = compare(counted, sumUp(expectedAbove(counter, cells)));
    return { ...totals, differences: [...nodes, ...totals.differences] };
  });
  return {
    differences: compared.flatMap(({ differences }) => differences),
    isDivided: compared.every(({ isDivided }) => isDivided),
  };
}
