/**
 * How the members of a group ended, without their items: those that were unsuccessful are in an index of their own, few
 * have not ended, and what is neither has completed. See docs/adr/0015-pages.md.
 */
import { type IdRange, idOf, intersect } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import type { Group } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { type Entry, readEntries } from "./entries.ts";
import { readingOf } from "./paths.ts";
import { sources } from "./sources.ts";

/** The members that have not ended, of those whose ids are below one. */
export interface Settled {
  readonly below: number;
  readonly unfinished: ReadonlySet<number>;
}

/** So late are counters at most, while the stream runs. */
export const COUNTED_MS = 10_000;

/** Entries to read of each status in which executions have not ended, in each shard: from the oldest on. */
const ENTRIES = 100;
/** Partitions that are read for it at most: half a read unit and more each. */
const PARTITIONS = 20;

const unfinished = Status.options.filter((status) => !isFinal(status)).map(sources.status);

/**
 * The members of a group that have not ended: the oldest of them, and up to which id these are all. What is younger than
 * counters may be late is not told of.
 *
 * @param count how many there are by the counters: where none is left, nothing is read
 */
export async function findSettled(
  store: Store,
  { kind, of }: Group,
  count: number,
  range: IdRange,
): Promise<Settled> {
  const below = idOf(store.now().getTime() - COUNTED_MS, 0);
  if (count === 0) return { below, unfinished: new Set() };
  const path = unfinished.map((source) => readingOf(source, { [kind]: of }));
  const partitions = path.flatMap(({ source }) => source.partitions(store.shards));
  if (partitions.length > PARTITIONS) return { below: 0, unfinished: new Set() };
  const known = intersect(range, { below });
  const { value } = await readEntries(store, path, known, "oldest", () => ENTRIES).next();
  const { entries = [], isLast = false } = value ?? {};
  return {
    below: isLast ? below : (entries.at(-1)?.id ?? -1) + 1,
    unfinished: new Set(entries.filter((entry) => entry[kind] === of).map(({ id }) => id)),
  };
}

/** A member that has completed, as one that tells so; any other entry as it is. */
export function settle(entry: Entry, { below, unfinished }: Settled): Entry {
  const { reading, id } = entry;
  if (!reading.onItem.includes("status") || id >= below || unfinished.has(id)) return entry;
  return {
    ...entry,
    status: "completed",
    reading: {
      ...reading,
      onEntry: [...reading.onEntry, "status"],
      onItem: reading.onItem.filter((name) => name !== "status"),
    },
  };
}

/** Entries of a day to read at a time: a day has few. */
const OF_A_DAY = 1_000;

/** The members that were unsuccessful, of some time, and how: half a read unit for some thirty. */
export async function readUnsuccessful(
  store: Store,
  group: Group,
  range: IdRange,
): Promise<{ readonly id: number; readonly status?: Status | undefined }[]> {
  const path = [readingOf(sources.unsuccessful(group), {})];
  const all: Entry[] = [];
  for await (const { entries } of readEntries(store, path, range, "oldest", () => OF_A_DAY))
    all.push(...entries);
  return all;
}
