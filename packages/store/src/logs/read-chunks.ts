/** Reading the chunks of a log, in either direction. */
import type { LogLine } from "@attune/domain/logs";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Order } from "../access-patterns/executions-read.ts";
import { accessPatterns } from "../access-patterns/index.ts";
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

async function query(
  store: Store,
  execution: number,
  between: readonly [number, number],
  order: Order,
  limit: number,
): Promise<{ readonly items: ChunkItem[]; readonly isEnd: boolean }> {
  const given = { execution, between, order, limit };
  const params = accessPatterns.chunksOfLog.params(store.tables, given);
  const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
  return {
    items: Items.map((item) => ChunkItem.parse(item)),
    isEnd: LastEvaluatedKey === undefined,
  };
}

/** @throws Error when the object of a chunk is missing: it is written before the chunk is */
async function load(store: Store, item: ChunkItem): Promise<ReadChunk> {
  const { seq, last, truncated, data, object } = item;
  const text = object === undefined ? data && unpack(data) : await store.blobs.getLog(object);
  if (text === undefined) throw new Error(`The lines of ${item.execution} from ${seq} are missing`);
  const weight = data?.length ?? Buffer.byteLength(text);
  return { last, truncated, lines: linesOf(seq, text), weight };
}

/** The chunks that begin in a range, in one order, read as they are asked for. */
async function* chunksIn(
  store: Store,
  execution: number,
  [first, last]: readonly [number, number],
  order: Order,
): AsyncGenerator<ReadChunk, void> {
  let between: readonly [number, number] = [first, last];
  for (let limit = FIRST_CHUNKS; between[0] <= between[1]; ) {
    const { items, isEnd } = await query(store, execution, between, order, limit);
    for (const item of items) yield load(store, item);
    const end = items.at(-1);
    if (isEnd || end === undefined) return;
    between = order === "oldest" ? [end.seq + 1, last] : [first, end.seq - 1];
    limit = Math.min(2 * limit, MOST_CHUNKS);
  }
}

/** From the chunk that holds a line on, oldest first. */
export async function* chunksFrom(
  store: Store,
  execution: number,
  seq: number,
): AsyncGenerator<ReadChunk, void> {
  const [around] = seq > 1 ? (await query(store, execution, [1, seq], "newest", 1)).items : [];
  if (around !== undefined && around.last >= seq) yield load(store, around);
  const from = around === undefined ? 1 : around.seq + 1;
  yield* chunksIn(store, execution, [from, Number.MAX_SAFE_INTEGER], "oldest");
}

/** From the chunk that holds the line before `seq`, newest first. */
export const chunksBefore = (store: Store, execution: number, seq: number) =>
  chunksIn(store, execution, [1, seq - 1], "newest");
