/**
 * Execution ids: 41 bits of milliseconds since 2024-01-01 and 12 bits of slot, 53 in all, so that ids
 * are exact in JSON and in the order of creation. See docs/adr/0001-ids.md.
 */
const EPOCH_MS = Date.UTC(2024, 0, 1);

/** Ids in one millisecond. */
export const SLOTS = 4096;

/** The id of a slot (0 to 4095) of a millisecond (Unix time). */
export function idOf(unixMs: number, slot: number): number {
  return (unixMs - EPOCH_MS) * SLOTS + slot;
}

/** The Unix time in milliseconds at which an id was made. */
export function timeOf(id: number): number {
  return Math.floor(id / SLOTS) + EPOCH_MS;
}

/** The `created` of an execution: ISO 8601, UTC. */
export function createdOf(id: number): string {
  return new Date(timeOf(id)).toISOString();
}

/** Ids, and so a time of creation: `from` is in it, `below` is not. */
export interface IdRange {
  readonly from?: number | undefined;
  readonly below?: number | undefined;
}

/** A range with both ends. */
export interface Bounds {
  readonly from: number;
  readonly below: number;
}

/** Whether every id lies in a range. */
export const isUnbounded = ({ from, below }: IdRange): boolean =>
  from === undefined && below === undefined;

/** Whether no id lies in a range. */
export const isEmpty = ({ from = 0, below = Number.MAX_SAFE_INTEGER }: IdRange): boolean =>
  from >= below;

/** The ids that lie in both. */
export function intersect(one: IdRange, other: IdRange): IdRange {
  const from = Math.max(one.from ?? 0, other.from ?? 0);
  const below = Math.min(
    one.below ?? Number.MAX_SAFE_INTEGER,
    other.below ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    ...(from > 0 ? { from } : {}),
    ...(below < Number.MAX_SAFE_INTEGER ? { below } : {}),
  };
}
