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
