/** The entries of the live log, and the places in it. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { Status } from "@attune/domain/lifecycle";
import type { LiveChange } from "@attune/domain/live";
import * as z from "zod";

/** The one lane that there is. */
export const LANE = "live";

/**
 * Changes of an entry at most. Their action references have 2 KB each at most, so that an entry stays below
 * the 400 KB of an item whatever it packs.
 */
export const CHANGES_AN_ENTRY = 150;

const Packed = z.tuple([
  z.int(),
  z.int(),
  z.nullable(Status),
  Status,
  z.string(),
  z.int().nullable(),
  z.int().nullable(),
  z.string(),
]);

/** Changes as bytes: a hundred that have little in common have less than 3 KB. */
export function pack(changes: readonly LiveChange[]): Uint8Array {
  const packed = changes.map((change): z.infer<typeof Packed> => {
    const { id, version, previous, status, action_ref, parent, enforcement, updated } = change;
    return [id, version, previous, status, action_ref, parent, enforcement, updated];
  });
  return deflateRawSync(JSON.stringify(packed));
}

/** @throws for bytes that {@link pack} has not made */
export function unpack(data: Uint8Array): LiveChange[] {
  return Packed.array()
    .parse(JSON.parse(inflateRawSync(data).toString()))
    .map(([id, version, previous, status, action_ref, parent, enforcement, updated]) => ({
      ...{ id, version, previous, status, action_ref, parent, enforcement, updated },
    }));
}

/** An entry as its item has it. */
export const Entry = z.object({
  seq: z.int(),
  /** When it was written, in Unix milliseconds. */
  at: z.int(),
  /** A nonce of its writing. */
  writer: z.string(),
  changes: z.instanceof(Uint8Array).transform(unpack),
});
export type Entry = z.infer<typeof Entry>;

/** A place in the log: after some change of an entry, or after all of it. */
export interface Place {
  readonly seq: number;
  /** The change, from 0. `undefined`: all of them. */
  readonly change?: number;
}

/** A place as clients have it. */
export const cursorOf = ({ seq, change }: Place): string =>
  [seq, ...(change === undefined ? [] : [change])].map((part) => part.toString(36)).join(".");

const CURSOR = /^([0-9a-z]{1,10})(?:\.([0-9a-z]{1,4}))?$/;

/** The place of a cursor; `undefined` for a text that is none. */
export function placeOf(cursor: string): Place | undefined {
  const [whole, seq = "", change] = CURSOR.exec(cursor) ?? [];
  if (whole === undefined) return undefined;
  const place = { seq: Number.parseInt(seq, 36) };
  return change === undefined ? place : { ...place, change: Number.parseInt(change, 36) };
}

/** A change, and the cursor of those who have been told of it. */
export interface LiveEvent {
  readonly seq: number;
  readonly cursor: string;
  readonly change: LiveChange;
}

/** What some entries tell to whoever is at a place: what comes after it, in order. */
export function eventsAfter(place: Place, entries: readonly Entry[]): LiveEvent[] {
  const told = place.change ?? Number.POSITIVE_INFINITY;
  return entries.flatMap(({ seq, changes }) =>
    changes.flatMap((change, at) => {
      if (seq < place.seq || (seq === place.seq && at <= told)) return [];
      const isLast = at === changes.length - 1;
      return [{ seq, change, cursor: cursorOf(isLast ? { seq } : { seq, change: at }) }];
    }),
  );
}
