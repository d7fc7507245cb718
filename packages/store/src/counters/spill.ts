/**
 * Spilling: what a head has by fine bucket goes to the nodes before the head outgrows a kilobyte, one write
 * unit, which keeps it by year. It is the same number before and after, so that it makes no difference when it happens, how often,
 * or whether a race is lost. See docs/adr/0012-time-buckets.md.
 */
import { idOf } from "@attune/domain/ids";
import { counterPatterns } from "../access-patterns/counters.ts";
import type { Store } from "../store.ts";
import { bucketAt, idsOf, offsetIn, wideTree } from "./buckets.ts";
import type { Fields } from "./items.ts";
import {
  cellName,
  durationName,
  durationsKey,
  nodeKey,
  parseCell,
  parseDuration,
  yearName,
} from "./keys.ts";
import { stretchesAround } from "./stretches.ts";
import { type Sums, sumUp } from "./sums.ts";
import { lastingOf, type Wide } from "./tally.ts";
import { additionsTo, cut, isLostRace, namesIn, transact } from "./transaction.ts";

/** Attributes by fine bucket that a head may have: with its totals they are below a kilobyte. */
const KEPT = 60;

/** Few executions end later than this after their creation, in milliseconds: what is older changes seldom. */
const COLD_MS = 300_000;

/** A condition has 300 operators at most: an attribute takes two of them. */
const LIMITS = { items: 99, attributes: 100 };

/** What a head has of some time. */
export interface Delta {
  readonly name: string;
  readonly n: number;
  /** The last id of the time. */
  readonly last: number;
  /** The attribute of the head that it is added to. */
  readonly year?: string;
  /** Where else it is added to. */
  readonly places: (counter: Wide) => readonly (readonly [key: string, name: string])[];
}

/** What an attribute of a head says of a time; `undefined` for a total. */
export function deltaOf(name: string, n: number): Delta | undefined {
  const cell = parseCell(name);
  const field = lastingOf[cell?.letter ?? ""];
  if (cell !== undefined && field !== undefined) {
    const last = idsOf({ level: wideTree.leaf, at: cell.at }).below - 1;
    const places = (counter: Wide) =>
      wideTree.inner
        .map((level) => bucketAt(level, last))
        .map(
          (node) =>
            [
              nodeKey(counter, node, field),
              cellName(offsetIn(wideTree, node, last), cell.letter),
            ] as const,
        );
    return { name, n, last, places, year: yearName(bucketAt("year", last).at, cell.letter) };
  }
  const ran = parseDuration(name);
  if (ran === undefined) return undefined;
  const last = idsOf({ level: "hour", at: ran.at }).below - 1;
  const places = (counter: Wide) =>
    stretchesAround(last).map(
      ({ stretch, offset }) =>
        [durationsKey(counter, stretch), durationName(offset, ran.duration)] as const,
    );
  return { name, n, last, places };
}

/** What is to be spilled from a head: all that is cold, or everything where that is not enough. */
export function dueOf(head: Fields, now: Date): Delta[] {
  const deltas = Object.entries(head).flatMap(([name, n]) => deltaOf(name, n) ?? []);
  if (deltas.length <= KEPT) return [];
  const hot = idOf(now.getTime() - COLD_MS, 0);
  const cold = deltas.filter(({ last }) => last < hot);
  return deltas.length - cold.length <= KEPT ? cold : deltas;
}

/** What some deltas add to a counter's items. */
const additionsOf = (counter: Wide, deltas: readonly Delta[]): Sums =>
  sumUp(deltas.flatMap(({ places, n }) => places(counter).map(([key, name]) => [key, name, n])));

export interface Head {
  readonly key: string;
  readonly counter: Wide;
  readonly fields: Fields;
}

/** Spills from a head as it was read. What has changed since then stays there for another time. */
export async function spill(store: Store, { key, counter, fields }: Head): Promise<void> {
  const due = dueOf(fields, store.now()).toSorted((one, other) => one.last - other.last);
  const writesOf = (delta: Delta) =>
    new Map([[key, [delta.name]], ...namesIn(additionsOf(counter, [delta]))]);
  try {
    for (const deltas of cut(due, writesOf, LIMITS)) {
      const cells = Object.fromEntries(deltas.map(({ name, n }) => [name, n]));
      const years = sumUp(deltas.flatMap(({ year, n }) => (year ? [[key, year, n]] : []))).get(key);
      await transact(store, [
        { Update: counterPatterns.removeFromHead.params(store.tables, { key, cells, years }) },
        ...additionsTo(store, additionsOf(counter, deltas)),
      ]);
    }
  } catch (error) {
    if (!isLostRace(error)) throw error;
  }
}
