/** Reading the chunks of a log, in either direction. */
import type { LogLine } from "@attune/domain/logs";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Order } from "../access-patterns/executions-read.ts";
import { logPatterns } from "../access-patterns/logs.ts";
import type { Store } from "../store.ts";
import { ChunkItem, linesOf, unpack } from "./chunk.ts";

/** A chunk as it is read. */
export interface ReadChunk {
  readonly last: number;
  readonly truncated: boolean;
  readonly lines: readonly LogLine[];
  /** Bytes that were read for it. */
  readonly weight: number;
}

/** Chunks that are asked for first; twice as many each time after. */
const FIRST_CHUNKS = 8;
const MOST_CHUNKS = 64;

/** @throws Error when the object of a chunk is missing: it is written before the chunk is */
async function load(store: Store, item: ChunkItem): Promise<ReadChunk> {
  const { seq, last, truncated, data, object, expires = Number.POSITIVE_INFINITY } = item;
  // DynamoDB deletes within days what has expired; the object may be gone by then.
  if (expires * 1_000 <= store.now().getTime()) return { last, truncated, lines: [], weight: 0 };
  const text = object === undefined ? data && unpack(data) : await store.blobs.getLog(object);
  if (text === undefined) throw new Error(`The lines of ${item.execution} from ${seq} are missing`);
  const weight = data?.length ?? Buffer.byteLength(text);
  return { last, truncated, lines: linesOf(seq, text), weight };
}

/** The chunks that begin in a range, both its ends included, in one order: some at a time, as they are asked for. */
async function* itemsIn(
  store: Store,
  execution: number,
  [first, last]: readonly [number, number],
  order: Order,
): AsyncGenerator<readonly ChunkItem[], void> {
  let between: readonly [number, number] = [first, last];
  for (let limit = FIRST_CHUNKS; between[0] <= between[1]; ) {
    const given = { execution, between, order, limit };
    const params = logPatterns.chunksOfLog.params(store.tables, given);
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
    const items = Items.map((item) => ChunkItem.parse(item));
    yield items;
    const end = items.at(-1);
    if (LastEvaluatedKey === undefined || end === undefined) return;
    between = order === "oldest" ? [end.seq + 1, last] : [first, end.seq - 1];
    limit = Math.min(2 * limit, MOST_CHUNKS);
  }
}

/** The last chunk that begins before a line, `undefined` where there is none. */
export async function chunkBefore(
  store: Store,
  execution: number,
  seq: number,
): Promise<ChunkItem | undefined> {
  const params = logPatterns.chunksOfLog.params(store.tables, {
    execution,
    between: [1, seq - 1],
    order: "newest",
    limit: 1,
  });
  const { Items = [] } = await store.client.send(new QueryCommand(params));
  return Items[0] && ChunkItem.parse(Items[0]);
}

/**
 * From the chunk that holds a line on, oldest first, to the one that holds the line `to`; first of all the one that ends
 * before it, without its lines, where no chunk begins with it.
 */
export async function* chunksFrom(
  store: Store,
  execution: number,
  seq: number,
  to: number = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<ReadChunk, void> {
  // Whoever follows a log has read whole chunks: the next one begins with the line.
  let mayBeWithin = seq > 1;
  for await (const items of itemsIn(store, execution, [seq, to], "oldest")) {
    const around =
      mayBeWithin && items[0]?.seq !== seq ? await chunkBefore(store, execution, seq) : undefined;
    if (around !== undefined)
      yield around.last < seq ? { ...around, lines: [], weight: 0 } : load(store, around);
    mayBeWithin = false;
    for (const item of items) yield load(store, item);
  }
}

/** From the chunk that holds the line before `seq`, newest first. */
export async function* chunksBefore(
  store: Store,
  execution: number,
  seq: number,
): AsyncGenerator<ReadChunk, void> {
  for await (const items of itemsIn(store, execution, [1, seq - 1], "newest"))
    for (const item of items) yield load(store, item);
}
