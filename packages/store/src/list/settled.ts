/**
 * How the members of a group ended, without their items: those that were unsuccessful are in an index of their own, few
 * have not ended, and what is neither has completed. See docs/adr/0015-pages.md.
 */
import { type Bounds, type IdRange, idOf, intersect } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Group } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { type Entry, readEntries } from "./entries.ts";
import { readingOf } from "./paths.ts";
import { sources } from "./sources.ts";

/** The members that have not ended, and what they are in, of those whose ids are in some bounds. */
export interface Settled extends Bounds {
  readonly unfinished: ReadonlyMap<number, Status | undefined>;
}

/** So late are counters at most, while the stream runs. */
export const COUNTED_MS = 10_000;

/**
 * Entries to read of each status in which executions have not ended, in each partition: some more than the group has of them,
 * which cost a fiftieth of a read unit each, and its items half a one.
 */
const ENTRIES = { least: 100, most: 5_000, ofUnfinished: 1.2 };
/** Partitions that are read for it at most: half a read unit and more each. */
const PARTITIONS = 20;

const unfinished = sources.statuses(Status.options.filter((status) => !isFinal(status)));

/**
 * The members of a group that have not ended: the first of them in an order, and the ids between which these are all. What is
 * younger than counters may be late is not told of.
 *
 * @param count how many there are by the counters: where none is left, nothing is read
 */
export async function findSettled(
  store: Store,
  { kind, of }: Group,
  count: number,
  range: IdRange,
  order: Order,
): Promise<Settled> {
  const bounds = { from: 0, below: idOf(store.now().getTime() - COUNTED_MS, 0) };
  if (count === 0) return { ...bounds, unfinished: new Map() };
  const path = unfinished.map((source) => readingOf(source, { [kind]: of }));
  const partitions = path.flatMap(({ source }) => source.partitions(store.shards));
  if (partitions.length > PARTITIONS) return { from: 0, below: 0, unfinished: new Map() };
  const asked = intersect(range, bounds);
  const wanted = Math.ceil(count * ENTRIES.ofUnfinished);
  const limit = Math.min(Math.max(wanted, ENTRIES.least), ENTRIES.most);
  const { value } = await readEntries(store, path, asked, order, () => limit).next();
  const { entries = [], isLast = false } = value ?? {};
  const last = entries.at(-1)?.id ?? 0;
  const read = order === "newest" ? { from: last } : { below: last + 1 };
  return {
    ...bounds,
    ...(isLast ? {} : read),
    unfinished: new Map(
      entries.flatMap((entry) => (entry[kind] === of ? [[entry.id, entry.status]] : [])),
    ),
  };
}

/** A member as one that tells its status, where that is known; any other entry as it is. */
export function settle(entry: Entry, { from, below, unfinished }: Settled): Entry {
  const { reading, id } = entry;
  const isKnown = id >= from && id < below;
  if (!reading.onItem.includes("status") || !isKnown) return entry;
  return {
    ...entry,
    status: unfinished.get(id) ?? "completed",
    reading: {
      ...reading,
      onEntry: [...reading.onEntry, "status"],
      onItem: reading.onItem.filter((name) => name !== "status"),
    },
  };
}
