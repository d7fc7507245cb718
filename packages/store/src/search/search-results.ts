/**
 * Searching in results. What is final is in packed chunks, which cost a fraction of the items; results that are too
 * large for them, and the newest executions that no chunk has yet, are read as they are.
 * See docs/adr/0013-search-segments.md.
 */
import type { Bounds, IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Store } from "../store.ts";
import { type Looked, lookAtItems, lookAtLines, lookElsewhere, type SearchFilter } from "./look.ts";
import { inboxes, type Partition, settledPartitions } from "./partitions.ts";
import { type Read, type Reader, readAll, readerOf } from "./read-chunks.ts";
import { readRecent } from "./recent.ts";

export interface SearchRequest {
  readonly filter: SearchFilter;
  readonly range: IdRange;
  readonly order: Order;
}

export interface SearchChunk {
  /** In the order that was asked for. */
  readonly matches: readonly { readonly id: number }[];
  /** All ids up to it, in the order, have been looked at: a search goes on beyond it. */
  readonly last: number;
  /** Executions that were looked at. */
  readonly looked: number;
  /** Read units that it took, but for the inboxes, which each search reads anew: without them, each comes further. */
  readonly units: number;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** Read units for an execution that a search looks at: docs/measurements.md has what was measured. */
export const LINE_UNITS = 1 / 80;

/** Bytes of results that are held at a time. */
const BYTES_AT_ONCE = 8_000_000;

/** How far the chunks are read: of the newest first all ids from here on, of the oldest first all below. */
function boundOf(readers: readonly Reader[], rest: Bounds, order: Order): number {
  const bounds = readers.flatMap(({ isAtEnd, bound }) => (isAtEnd ? [] : [bound]));
  return order === "newest"
    ? Math.max(rest.from, ...bounds.map((bound = rest.below) => bound))
    : Math.min(rest.below, ...bounds.map((bound = rest.from) => bound));
}

/** The first of some, as many as have results of so many bytes elsewhere, but one at least. */
function firstOf(looked: readonly Looked[]): readonly Looked[] {
  let left = BYTES_AT_ONCE;
  const end = looked.findIndex(({ elsewhere }, at) => {
    left -= elsewhere;
    return left < 0 && at > 0;
  });
  return end === -1 ? looked : looked.slice(0, end);
}

/**
 * The executions of a range whose results contain a text and that meet every other filter, in order, in chunks.
 * What a chunk of segments holds may lie anywhere in its window of time, so that ids are given on once all levels
 * are read that far. A chunk without a match is yielded as well; an empty range has none.
 */
export async function* searchResults(
  store: Store,
  { filter, range, order }: SearchRequest,
): AsyncGenerator<SearchChunk> {
  const sign = order === "newest" ? -1 : 1;
  let rest: Bounds = { from: range.from ?? 0, below: range.below ?? Number.MAX_SAFE_INTEGER };
  if (rest.from >= rest.below) return;

  const readersOf = (partitions: readonly Partition[]) =>
    partitions.map((one) => readerOf(store, one, rest, order));
  const readers = readersOf(settledPartitions(store.shards));
  const lookAt = lookAtLines(filter);
  const looked = new Map<number, Looked>();
  let units = 0;
  const take = ({ lines }: Read) => {
    for (const line of lines)
      if (line.id >= rest.from && line.id < rest.below) looked.set(line.id, lookAt(line));
  };

  // The inboxes before the levels: a compaction writes to a level before it deletes from an inbox.
  const [recent, ...inbox] = await Promise.all([
    readRecent(store),
    ...readersOf(inboxes(store.shards)).map(readAll),
  ]);
  units += recent.units;
  inbox.flat().forEach(take);

  while (true) {
    const reached = boundOf(readers, rest, order);
    const behind = readers.filter(
      ({ isAtEnd, bound = reached }) => !isAtEnd && (bound - reached) * sign <= 0,
    );
    const read = await Promise.all(behind.map((reader) => reader.next()));
    units += read.reduce((sum, one) => sum + one.units, 0);
    read.forEach(take);
    const bound = boundOf(readers, rest, order);
    const [done, left] =
      order === "newest"
        ? [
            { ...rest, from: bound },
            { ...rest, below: bound },
          ]
        : [
            { ...rest, below: bound },
            { ...rest, from: bound },
          ];
    const isDone = (id: number) => id >= done.from && id < done.below;

    const unknown = recent.ids.filter((id) => isDone(id) && !looked.has(id));
    const items = await lookAtItems(store, filter, unknown);
    units += items.units;
    const inOrder = [...looked.values(), ...items.looked]
      .filter(({ id }) => isDone(id))
      .sort((one, other) => (one.id - other.id) * sign);
    for (const { id } of inOrder) looked.delete(id);
    const isLast = readers.every(({ isAtEnd }) => isAtEnd);

    for (let due: readonly Looked[] = inOrder, some = firstOf(due); ; some = firstOf(due)) {
      due = due.slice(some.length);
      const undecided = some.filter(({ elsewhere }) => elsewhere > 0);
      const decided = await lookElsewhere(store, filter, undecided);
      yield {
        matches: some.filter(({ id, isMatch }) => isMatch || decided.matches.has(id)),
        last:
          (due.length > 0 ? some.at(-1)?.id : undefined) ??
          (order === "newest" ? bound : bound - 1),
        looked: some.length,
        units: units + decided.units,
        isLast: isLast && due.length === 0,
      };
      units = 0;
      if (due.length === 0) break;
    }
    if (isLast) return;
    rest = left;
  }
}
