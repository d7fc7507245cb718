/** Spans of whole hours, in which executions are compared with the time buckets. */
import type { Bounds } from "@attune/domain/ids";
import { type Bucket, bucketAt, bucketsIn, idsOf, type Level } from "../counters/buckets.ts";
import type { Store } from "../store.ts";
import { readFeed } from "./seen.ts";

/** Hours from the ids' epoch on: `from` is in it, `below` is not. */
export type Span = Bounds;

export const hourOf = (id: number): number => bucketAt("hour", id).at;
const firstOf = (hour: number): number => idsOf({ level: "hour", at: hour }).from;

export const idsOfSpan = ({ from, below }: Span): Bounds => ({
  from: firstOf(from),
  below: firstOf(below),
});

/** The nodes of a level that have some of a span. */
export const nodesIn = (level: Level, span: Span): Bucket[] => bucketsIn(level, idsOfSpan(span));

/** The nodes of a level that have some of some others. */
export const nodesAround = (level: Level, nodes: readonly Bucket[]): Bucket[] => {
  const numbers = new Set(nodes.map((node) => bucketAt(level, idsOf(node).from).at));
  return [...numbers].map((at) => ({ level, at }));
};

/** Executions that are looked at together; more, where an hour has more. */
const TOGETHER = 5_000;

/** Hours that are looked at together: twelve months of 32 days. */
const LONGEST = 12 * 32 * 24;

/** The next span that is looked at as one, and the executions that were created in it. */
export async function nextSpan(store: Store, from: number, below: number) {
  const longest = { from, below: Math.min(from + LONGEST, below) };
  const ids = await readFeed(store, idsOfSpan(longest), TOGETHER);
  const cuts = ids.flatMap((some) => (some.length < TOGETHER ? [] : [hourOf(some.at(-1) ?? 0)]));
  if (cuts.length === 0) return { span: longest, ids: ids.flat() };
  const span = { from, below: Math.max(Math.min(...cuts), from + 1) };
  const bounds = idsOfSpan(span);
  const whole = cuts.some((cut) => cut < span.below) ? await readFeed(store, bounds) : ids;
  return { span, ids: whole.flat().filter((id) => id < bounds.below) };
}
