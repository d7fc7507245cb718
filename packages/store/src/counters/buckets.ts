/**
 * Time buckets of executions by their creation, which is in their ids, pure. Each level cuts the ids from the epoch on;
 * days begin at midnight UTC. Which levels a counter has is its tree. See docs/adr/0012-time-buckets.md.
 */
import { type Bounds, SLOTS } from "@attune/domain/ids";

const SECOND = 1_000 * SLOTS;
const HOUR = 3_600 * SECOND;

/** Level → ids in a bucket. */
export const lengths = {
  root: Number.POSITIVE_INFINITY,
  /** Twelve months, and always as long. */
  year: 384 * 24 * HOUR,
  month: 32 * 24 * HOUR,
  fourDays: 4 * 24 * HOUR,
  day: 24 * HOUR,
  hour: HOUR,
  quarter: HOUR / 4,
  fine: 15 * SECOND,
  finest: 3 * SECOND,
} as const;
export type Level = keyof typeof lengths;

/**
 * The levels of a counter, from those below the root down to the one that has nothing below it. The counter's own item is the
 * root: it has the buckets of the first level.
 */
export interface Tree {
  /** Those that have buckets below them, and items of their own. */
  readonly inner: readonly Level[];
  readonly leaf: Level;
}

/** Of all, an action or a pack. */
export const wideTree = {
  inner: ["year", "fourDays", "hour"],
  leaf: "fine",
} as const satisfies Tree;

/** Of a group, whose members come in bursts. */
export const groupTree = {
  inner: ["day", "quarter"],
  leaf: "finest",
} as const satisfies Tree;

/** The `at`-th bucket of its level, from the ids' epoch on. */
export interface Bucket {
  readonly level: Level;
  readonly at: number;
}

export const root: Bucket = { level: "root", at: 0 };

/** The bucket of a level that has an id. */
export const bucketAt = (level: Level, id: number): Bucket => ({
  level,
  at: Math.floor(id / lengths[level]),
});

/** The ids of a bucket. */
export function idsOf({ level, at }: Bucket): Bounds {
  const length = lengths[level];
  return { from: level === "root" ? 0 : at * length, below: (at + 1) * length };
}

/** Whether a bucket lies in some ids as a whole. */
export function isWithin(bucket: Bucket, { from, below }: Bounds): boolean {
  const ids = idsOf(bucket);
  return ids.from >= from && ids.below <= below;
}

/** The ids of the buckets of a level that lie in some ids as a whole. */
export const wholesOf = (level: Level, { from, below }: Bounds): Bounds => ({
  from: Math.ceil(from / lengths[level]) * lengths[level],
  below: Math.floor(below / lengths[level]) * lengths[level],
});

/** The level below an inner one, or below the root: the first. */
const levelBelow = ({ inner, leaf }: Tree, level: Level): Level =>
  inner[inner.indexOf(level) + 1] ?? leaf;

/** Whether a bucket has a child that lies in some ids as a whole. */
export function hasWholeChild(tree: Tree, bucket: Bucket, ids: Bounds): boolean {
  const own = idsOf(bucket);
  const { from, below } = wholesOf(levelBelow(tree, bucket.level), {
    from: Math.max(own.from, ids.from),
    below: Math.min(own.below, ids.below),
  });
  return from < below;
}

/**
 * The nodes whose children have some ids among them: those that an end cuts, as far as they have a child that is among them
 * as a whole, and the lowest ones at the ends, which tell what they have in the buckets that are cut.
 *
 * @param ends ids at the ends, or beside them
 */
export const nodesAlong = (tree: Tree, ids: Bounds, ends: readonly number[]): Bucket[] =>
  tree.inner.flatMap((level) =>
    [...new Set(ends.map((id) => bucketAt(level, id).at))]
      .map((at) => ({ level, at }))
      .filter((node) => !isWithin(node, ids))
      .filter((node) => level === tree.inner.at(-1) || hasWholeChild(tree, node, ids)),
  );

/** The buckets of a level that have some of some ids. */
export function bucketsIn(level: Level, { from, below }: Bounds): Bucket[] {
  const first = bucketAt(level, from).at;
  const length = Math.max(0, bucketAt(level, below - 1).at - first + 1);
  return Array.from({ length }, (_, at) => ({ level, at: first + at }));
}

/** A child of a node by its number, from 0. */
export function childOf(tree: Tree, node: Bucket, offset: number): Bucket {
  const level = levelBelow(tree, node.level);
  return { level, at: idsOf(node).from / lengths[level] + offset };
}

/** The number of the child that has an id, which is in the node. */
export const offsetIn = (tree: Tree, node: Bucket, id: number): number =>
  bucketAt(levelBelow(tree, node.level), id).at - childOf(tree, node, 0).at;
