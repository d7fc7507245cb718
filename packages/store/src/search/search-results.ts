/**
 * Searching in results. What is final is in packed chunks, which cost a fraction of the items; results that are too
 * large for them, and the newest executions that no chunk has yet, are read as they are.
 * See docs/adr/0013-search-segments.md.
 */

import { criteria, type Filter, type FilterName, meets } from "@attune/domain/filter";
import type { Bounds, IdRange } from "@attune/domain/ids";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Order } from "../access-patterns/executions-read.ts";
import { accessPatterns } from "../access-patterns/index.ts";
import { readBatch } from "../batch.ts";
import { FEED, partitionsOf } from "../index-keys.ts";
import { bytesOf, loadPayloads } from "../payloads.ts";
import { ExecutionRecord, Row } from "../record.ts";
import type { Store } from "../store.ts";
import type { Line } from "./lines.ts";
import { inboxes, type Partition, settledPartitions } from "./partitions.ts";
import { type Read, type Reader, readAll, readerOf } from "./read-chunks.ts";

export interface SearchRequest {
  readonly filter: Filter & { readonly result_contains: string };
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
  /** Bytes of results that were read where they are. */
  readonly bytes: number;
  /** Read units that it took. */
  readonly units: number;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** Read units for each execution that a search looks at: docs/measurements.md has what was measured. */
export const LINE_UNITS = 1 / 80;

/** Executions that the stream may not have brought yet: so many of the newest are looked for beside the chunks. */
const RECENT = 100;

/** Bytes of results that are held at a time. */
const BYTES_AT_ONCE = 8_000_000;

/** An item of an execution, and the key of a payload, by what they cost. */
const ITEM_UNITS = 0.5;
const UNIT_BYTES = 4_096;

const Entry = Row.pick({ id: true });
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** An execution that was looked at. */
interface Looked {
  readonly id: number;
  readonly isMatch: boolean;
  /** Bytes of the result that decides; 0 where that is decided. */
  readonly elsewhere: number;
}

const namesOf = (filter: Filter) =>
  (Object.keys(criteria) as FilterName[]).filter((name) => filter[name] !== undefined);

/** Looks at the lines of chunks as far as they tell. */
function lookAtLines({ filter }: SearchRequest): (line: Line) => Looked {
  const needle = filter.result_contains.toLowerCase();
  const names = namesOf(filter).filter((name) => name !== "result_contains");
  return (line) => {
    const { id, text, elsewhere } = line;
    if (!meets(filter, line, names)) return { id, isMatch: false, elsewhere: 0 };
    return { id, isMatch: text?.includes(needle) === true, elsewhere };
  };
}

/** Looks at executions themselves, a large result excepted. */
async function lookAtItems(store: Store, filter: Filter, ids: readonly number[]) {
  const params = accessPatterns.recordsByIds.params(store.tables, { ids });
  const records = await readBatch(store.client, params, ExecutionRecord);
  const names = namesOf(filter);
  return records.map(({ result, ...record }): Looked => {
    const { id } = record;
    if (result === undefined) return { id, isMatch: false, elsewhere: 0 };
    if (!("text" in result)) return { id, isMatch: false, elsewhere: bytesOf(result) };
    const isMatch = meets(filter, { ...record, result: result.text }, names);
    return { id, isMatch, elsewhere: 0 };
  });
}

/** Looks at results where they are, and decides. */
async function lookElsewhere(store: Store, filter: Filter, ids: readonly number[]) {
  const params = accessPatterns.recordsByIds.params(store.tables, { ids });
  const records = await readBatch(store.client, params, ExecutionRecord);
  const results = await loadPayloads(
    store,
    records.map(({ result }) => result),
  );
  const names = namesOf(filter);
  const matches = records.filter((record, at) =>
    meets(filter, { ...record, result: results[at] }, names),
  );
  return new Set(matches.map(({ id }) => id));
}

/** The newest executions, in no order. */
async function readRecent(store: Store): Promise<{ ids: number[]; units: number }> {
  const answers = await Promise.all(
    partitionsOf(FEED, store.shards).map((partition) => {
      const given = { index: "by_feed", partition, order: "newest", limit: RECENT } as const;
      const params = accessPatterns.indexEntries.params(store.tables, given);
      return store.client.send(new QueryCommand({ ...params, ReturnConsumedCapacity: "TOTAL" }));
    }),
  );
  const ids = answers.flatMap(({ Items = [] }) => Items.map((item) => Entry.parse(item).id));
  return {
    ids: ids.sort((one, other) => other - one).slice(0, RECENT),
    units: sum(answers.map(({ ConsumedCapacity }) => ConsumedCapacity?.CapacityUnits ?? 0)),
  };
}

/** How far the chunks are read: of the newest first all ids from here on, of the oldest first all below. */
function boundOf(readers: readonly Reader[], range: Bounds, order: Order): number {
  const bounds = readers.flatMap(({ isAtEnd, bound }) => (isAtEnd ? [] : [bound]));
  return order === "newest"
    ? Math.max(range.from, ...bounds.map((bound) => bound ?? range.below))
    : Math.min(range.below, ...bounds.map((bound) => bound ?? range.from));
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
 * What a chunk holds may lie anywhere in its window of time, so that ids are given on once all levels are read
 * that far. A chunk without a match is yielded as well.
 */
export async function* searchResults(
  store: Store,
  request: SearchRequest,
): AsyncGenerator<SearchChunk> {
  const { filter, order } = request;
  const sign = order === "newest" ? -1 : 1;
  const lookAt = lookAtLines(request);
  let rest = {
    from: request.range.from ?? 0,
    below: request.range.below ?? Number.MAX_SAFE_INTEGER,
  };
  if (rest.from >= rest.below) return;
  const isLeft = (id: number) => id >= rest.from && id < rest.below;
  const readersOf = (partitions: readonly Partition[]) =>
    partitions.map((one) => readerOf(store, one, rest, order));
  const readers = readersOf(settledPartitions(store.shards));
  const looked = new Map<number, Looked>();
  let units = 0;
  const take = (answer: Read) => {
    units += answer.units;
    for (const line of answer.lines) if (isLeft(line.id)) looked.set(line.id, lookAt(line));
  };

  // The inboxes before the levels: a compaction writes to a level before it deletes from an inbox.
  const [recent, ...inbox] = await Promise.all([
    readRecent(store),
    ...readersOf(inboxes(store.shards)).map(readAll),
  ]);
  units += recent.units;
  inbox.flat().forEach(take);
  for (let isLast = false; !isLast; ) {
    const before = boundOf(readers, rest, order);
    const behind = readers.filter(
      ({ isAtEnd, bound = before }) => !isAtEnd && (bound - before) * sign <= 0,
    );
    (await Promise.all(behind.map((reader) => reader.next()))).forEach(take);
    const bound = boundOf(readers, rest, order);
    const isDue = (id: number) => isLeft(id) && (order === "newest" ? id >= bound : id < bound);

    const unknown = recent.ids.filter((id) => isDue(id) && !looked.has(id));
    units += unknown.length * ITEM_UNITS;
    for (const one of await lookAtItems(store, filter, unknown)) looked.set(one.id, one);

    let due = [...looked.values()]
      .filter(({ id }) => isDue(id))
      .sort((one, other) => (one.id - other.id) * sign);
    isLast = readers.every(({ isAtEnd }) => isAtEnd);
    do {
      const some = firstOf(due);
      due = due.slice(some.length);
      const undecided = some.filter(({ elsewhere }) => elsewhere > 0);
      const found = await lookElsewhere(
        store,
        filter,
        undecided.map(({ id }) => id),
      );
      const bytes = sum(undecided.map(({ elsewhere }) => elsewhere));
      units += undecided.length * ITEM_UNITS + bytes / UNIT_BYTES;
      const end = order === "newest" ? bound : bound - 1;
      const last = due.length === 0 ? end : (some.at(-1)?.id ?? end);
      yield {
        matches: some.filter(({ id, isMatch }) => isMatch || found.has(id)),
        last,
        looked: some.length,
        bytes,
        units,
        isLast: isLast && due.length === 0,
      };
      units = 0;
    } while (due.length > 0);
    for (const id of looked.keys()) if (isDue(id)) looked.delete(id);
    rest = order === "newest" ? { ...rest, below: bound } : { ...rest, from: bound };
  }
}
