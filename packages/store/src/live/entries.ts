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

const Related = z.int().nullable();

const Transition = z
  .tuple([z.int(), z.int(), z.nullable(Status), Status, z.string(), Related, Related, z.string()])
  .transform(
    ([id, version, previous, status, action_ref, parent, enforcement, updated]): LiveChange => ({
      ...{ id, version, previous, status, action_ref, parent, enforcement, updated },
    }),
  );

const Growth = z.tuple([z.int(), z.int(), z.int(), z.string(), Related, Related]).transform(
  ([id, from_seq, to_seq, action_ref, parent, enforcement]): LiveChange => ({
    ...{ id, from_seq, to_seq, status: null, action_ref, parent, enforcement },
  }),
);

const Packed = z.union([Transition, Growth]);

function packOne(change: LiveChange): z.input<typeof Packed> {
  const { id, action_ref, parent, enforcement } = change;
  if (change.status === null)
    return [id, change.from_seq, change.to_seq, action_ref, parent, enforcement];
  const { version, previous, status, updated } = change;
  return [id, version, previous, status, action_ref, parent, enforcement, updated];
}

/** Changes as bytes: a hundred that have little in common have less than 3 KB. */
export const pack = (changes: readonly LiveChange[]): Uint8Array =>
  deflateRawSync(JSON.stringify(changes.map(packOne)));

/** @throws for bytes that {@link pack} has not made */
export const unpack = (data: Uint8Array): LiveChange[] =>
  Packed.array().parse(JSON.parse(inflateRawSync(data).toString()));

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

/** A place in the log: after some change of an entry, after some line of that change, or after all of the entry. */
export interface Place {
  readonly seq: number;
  /** The change, from 0. `undefined`: all of them. */
  readonly change?: number | undefined;
  /** The number of the line. `undefined`: all of them. */
  readonly line?: number | undefined;
}

/** A place as clients have it. */
export const cursorOf = ({ seq, change, line }: Place): string =>
  [seq, change, line].flatMap((part) => (part === undefined ? [] : [part.toString(36)])).join(".");

const CURSOR = /^([0-9a-z]{1,10})(?:\.([0-9a-z]{1,4})(?:\.([0-9a-z]{1,4}))?)?$/;

/** The place of a cursor; `undefined` for a text that is none. */
export function placeOf(cursor: string): Place | undefined {
  const [whole, ...parts] = CURSOR.exec(cursor) ?? [];
  if (whole === undefined) return undefined;
  const [seq = 0, change, line] = parts.map((part?: string) =>
    part === undefined ? undefined : Number.parseInt(part, 36),
  );
  return { seq, change, line };
}

/** A change, and the place of those who have been told of it. */
export interface LiveEvent {
  readonly seq: number;
  /** Which one of its entry, from 0. */
  readonly at: number;
  readonly cursor: string;
  readonly change: LiveChange;
}

/** What of a change comes after a line of it; nothing where all of it was told. */
function restOf(change: LiveChange, line: number | undefined): LiveChange | undefined {
  if (line === undefined || change.status !== null || line >= change.to_seq) return undefined;
  return { ...change, from_seq: line + 1 };
}

/** What some entries tell to whoever is at a place: what comes after it, in order. */
export function eventsAfter(place: Place, entries: readonly Entry[]): LiveEvent[] {
  const told = place.change ?? Number.POSITIVE_INFINITY;
  return entries.flatMap(({ seq, changes }) =>
    changes.flatMap((change, at) => {
      if (seq < place.seq || (seq === place.seq && at < told)) return [];
      const left = seq === place.seq && at === told ? restOf(change, place.line) : change;
      const isLast = at === changes.length - 1;
      const cursor = cursorOf(isLast ? { seq } : { seq, change: at });
      return left === undefined ? [] : [{ seq, at, change: left, cursor }];
    }),
  );
}
