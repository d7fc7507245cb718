/**
 * Time buckets of executions by their creation, which is in their ids, pure. A fine bucket is 15 s; fine
 * buckets make hours, hours days, 32 days a month that is always as long, and months the root. Days
 * begin at midnight UTC. See docs/adr/0012-time-buckets.md.
 */
import { SLOTS } from "@attune/domain/ids";

export const FINE_MS = 15_000;
const FINE_IDS = FINE_MS * SLOTS;

const HOUR_FINES = 3_600_000 / FINE_MS;
const DAY_FINES = 24 * HOUR_FINES;
const MONTH_FINES = 32 * DAY_FINES;

/** The fine buckets in a bucket of each level, from the root down. */
const spans = [Number.POSITIVE_INFINITY, MONTH_FINES, DAY_FINES, HOUR_FINES, 1] as const;

/** The levels of what has buckets below it, from the root down. */
export const [ROOT, MONTH, DAY, HOUR, FINE] = [0, 1, 2, 3, 4] as const;
export const innerLevels = [ROOT, MONTH, DAY, HOUR] as const;
export type InnerLevel = (typeof innerLevels)[number];

/** The `at`-th bucket of its level, from the ids' epoch on. */
export interface Bucket {
  readonly level: InnerLevel | typeof FINE;
  readonly at: number;
}

/** A bucket that has children: the buckets of the next level in it. */
export interface Node extends Bucket {
  readonly level: InnerLevel;
}

export const isNode = (bucket: Bucket): bucket is Node => bucket.level < FINE;

export const root: Node = { level: ROOT, at: 0 };

/** The number of the fine bucket that an id is in. */
export const fineOf = (id: number): number => Math.floor(id / FINE_IDS);

/** The number of the first fine bucket that begins at an id or after it. */
export const fineFrom = (id: number): number => Math.ceil(id / FINE_IDS);

/** The first id of a fine bucket. */
export const idOfFine = (fine: number): number => fine * FINE_IDS;

/** The node of a level that has a fine bucket. */
export const nodeOf = (level: InnerLevel, fine: number): Node =>
  level === ROOT ? root : { level, at: Math.floor(fine / spans[level]) };

/** The first fine bucket of a bucket, and the first one after it. */
export function finesOf({ level, at }: Bucket): { from: number; below: number } {
  const span = spans[level];
  return { from: level === ROOT ? 0 : at * span, below: (at + 1) * span };
}

/** Whether a bucket lies in a range of fine buckets as a whole. */
export function isWithin(bucket: Bucket, from: number, below: number): boolean {
  const fines = finesOf(bucket);
  return fines.from >= from && fines.below <= below;
}

const below = { 0: 1, 1: 2, 2: 3, 3: 4 } as const satisfies Record<InnerLevel, Bucket["level"]>;

/** Whether a node has a child that lies in a range of fine buckets as a whole. */
function hasWholeChild(node: Node, from: number, end: number): boolean {
  const own = finesOf(node);
  const span = spans[below[node.level]];
  const first = Math.ceil(Math.max(own.from, from) / span);
  return first < Math.floor(Math.min(own.below, end) / span);
}

/**
 * The nodes whose children have a range of fine buckets among them: those that an end cuts, as far as they have a child
 * that is in it as a whole, and the hours of the ends, which tell what they have in the buckets that are cut.
 *
 * @param ends the fine buckets at the ends of the range, or beside them
 */
export const nodesAlong = (from: number, below: number, ends: readonly number[]): Node[] =>
  innerLevels.flatMap((level) =>
    [...new Set(ends.map((fine) => nodeOf(level, fine).at))]
      .map((at) => ({ level, at }))
      .filter((node) => level === ROOT || !isWithin(node, from, below))
      .filter((node) => level === HOUR || hasWholeChild(node, from, below)),
  );

/** The nodes of a level that have some of a range of fine buckets. */
export function nodesOf(level: InnerLevel, from: number, below: number): Node[] {
  const first = nodeOf(level, from).at;
  const length = Math.max(0, nodeOf(level, below - 1).at - first + 1);
  return Array.from({ length }, (_, at) => ({ level, at: first + at }));
}

/** A child of a node by its number, from 0. */
export function childOf(node: Node, offset: number): Bucket {
  const level = below[node.level];
  return { level, at: finesOf(node).from / spans[level] + offset };
}

/** The number of the child that a fine bucket is in, which is in the node. */
export const offsetIn = (node: Node, fine: number): number =>
  Math.floor((fine - finesOf(node).from) / spans[below[node.level]]);
