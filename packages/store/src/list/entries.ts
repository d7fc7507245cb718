/** The entries of some partitions of the indexes, merged in the order of their creation. */
import { criteria } from "@attune/domain/filter";
import { type IdRange, isEmpty } from "@attune/domain/ids";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { executionReads, type Order } from "../access-patterns/executions-read.ts";
import { finalKeyOf } from "../index-keys.ts";
import { Row } from "../record.ts";
import type { Store } from "../store.ts";
import type { Path, Reading } from "./paths.ts";
import { hasWholeRows, type Source } from "./sources.ts";

/** What an index tells of an execution: its id, and whichever attributes it carries. */
/** A row, as far as an index carries it. */
const IndexEntry = z.extend(Row, {
  status: z.optional(Row.shape.status),
  action_ref: z.optional(Row.shape.action_ref),
  updated: z.optional(Row.shape.updated),
});

export interface Entry extends z.infer<typeof IndexEntry> {
  /** Where it comes from. */
  readonly reading: Reading;
}

export interface Entries {
  readonly entries: readonly Entry[];
  /** Nothing comes after them. */
  readonly isLast: boolean;
}

/** A partition that is read, as far as it is read. */
interface Stream {
  readonly reading: Reading;
  readonly query: (range: IdRange, limit: number) => ConstructorParameters<typeof QueryCommand>[0];
  /** What is read and not given on yet, in order. */
  pending: Entry[];
  rest: IdRange;
  isAtEnd: boolean;
}

function sortKeysOf({ source }: Reading, { from = 0, below }: IdRange) {
  const last = (below ?? Number.MAX_SAFE_INTEGER) - 1;
  const { status } = source.known;
  if (source.index === "by_action_status" && status)
    return [finalKeyOf(status, from), finalKeyOf(status, last)] as const;
  return [from, last] as const;
}

/** What an entry has to tell: all of it where it is a whole row, or its id and what it is tested on. */
function attributesOf({ source, onEntry }: Reading) {
  if (hasWholeRows(source)) return {};
  const tested = onEntry
    .map((name) => criteria[name].fact)
    .filter((fact) => !(fact in source.known));
  return { attributes: [...new Set(["id", ...tested])] };
}

function streamsOf(store: Store, path: Path, range: IdRange, order: Order): Stream[] {
  return path.flatMap((reading) =>
    reading.source.partitions(store.shards).map((partition) => ({
      reading,
      query: (rest: IdRange, limit: number) =>
        executionReads.indexEntries.params(store.tables, {
          index: reading.source.index,
          partition,
          between: sortKeysOf(reading, rest),
          order,
          limit,
          ...attributesOf(reading),
        }),
      pending: [],
      rest: range,
      isAtEnd: false,
    })),
  );
}

/** What is left of a range once an id of it has been passed. */
export function beyond(range: IdRange, id: number, order: Order): IdRange {
  return order === "newest" ? { ...range, below: id } : { ...range, from: id + 1 };
}

async function readOn(store: Store, stream: Stream, order: Order, limit: number): Promise<void> {
  // DynamoDB refuses a BETWEEN that ends before it begins.
  if (isEmpty(stream.rest)) {
    stream.isAtEnd = true;
    return;
  }
  const query = new QueryCommand(stream.query(stream.rest, limit));
  const { Items = [], LastEvaluatedKey } = await store.client.send(query);
  const { reading } = stream;
  const read = Items.map((item) => ({
    ...IndexEntry.parse({ ...reading.source.known, ...item }),
    reading,
  }));
  stream.pending.push(...read);
  stream.isAtEnd = LastEvaluatedKey === undefined;
  const last = read.at(-1);
  if (last) stream.rest = beyond(stream.rest, last.id, order);
}

/**
 * The entries of a path whose ids lie in a range, in order, in chunks: of each partition as many are read at a
 * time as `limitOf` says for the first chunk (0), the second (1) and so on, all partitions at once. One
 * that moves from one status to another meanwhile may come from both, and is given on once.
 */
export async function* readEntries(
  store: Store,
  path: Path,
  range: IdRange,
  order: Order,
  limitOf: (chunk: number, source: Source) => number,
): AsyncGenerator<Entries, undefined> {
  const sign = order === "newest" ? -1 : 1;
  const streams = streamsOf(store, path, range, order);
  let last: number | undefined;
  for (let chunk = 0; ; chunk++) {
    const dry = streams.filter(({ isAtEnd, pending }) => !isAtEnd && pending.length === 0);
    await Promise.all(
      dry.map((one) => readOn(store, one, order, limitOf(chunk, one.reading.source))),
    );
    // Of what is read, as much as no partition can have anything before.
    const ends = streams.flatMap(({ isAtEnd, pending }) => (isAtEnd ? [] : [pending.at(-1)?.id]));
    const isSafe = ({ id }: Entry) =>
      ends.every((end) => end !== undefined && (id - end) * sign <= 0);
    const safe = streams
      .flatMap(({ pending }) => pending.filter(isSafe))
      // What has the whole row comes first, and is given on.
      .sort(
        (one, other) =>
          (one.id - other.id) * sign ||
          Number(hasWholeRows(other.reading.source)) - Number(hasWholeRows(one.reading.source)),
      );
    for (const stream of streams) stream.pending = stream.pending.filter((one) => !isSafe(one));
    const entries: Entry[] = [];
    for (const entry of safe) {
      if (entry.id === last) continue;
      entries.push(entry);
      last = entry.id;
    }
    const isLast = streams.every(({ isAtEnd, pending }) => isAtEnd && pending.length === 0);
    yield { entries, isLast };
    if (isLast) return;
  }
}
