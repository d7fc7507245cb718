/** Reading a partition of segments chunk by chunk, and how far that has come. */
import type { Bounds } from "@attune/domain/ids";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { Order } from "../access-patterns/executions-read.ts";
import { segmentPatterns } from "../access-patterns/segments.ts";
import type { Store } from "../store.ts";
import { type Line, unpack } from "./lines.ts";
import type { Partition } from "./partitions.ts";
import { idOfSortable, sortable, windowOf } from "./windows.ts";

export const ChunkItem = z.object({
  chunk: z.string(),
  data: z.pipe(
    z.instanceof(Uint8Array),
    z.transform((data: Uint8Array<ArrayBuffer>) => unpack(data)),
  ),
});

/** Chunks of a partition that are read first; twice as many each time after. */
const FIRST_CHUNKS = 4;
const MOST_CHUNKS = 64;

/** Lines, in no order, and the read units that they took. */
export interface Read {
  readonly lines: readonly Line[];
  readonly units: number;
}

/** A partition that is read, as far as it is read. */
export interface Reader {
  readonly isAtEnd: boolean;
  /**
   * What is not read yet lies beyond it: of the newest first below this id, of the oldest first from it on.
   * `undefined` before the first chunk.
   */
  readonly bound: number | undefined;
  next(): Promise<Read>;
}

/** What sorts behind every key that begins like it. */
const END = "~";

/** The keys of the chunks that may hold ids of a range: a chunk sorts by its last id, and lies in one window. */
function keysOf({ level }: Partition, { from, below }: Bounds) {
  const last = Math.min(windowOf(level, below - 1).below - 1, Number.MAX_SAFE_INTEGER);
  return [sortable(from), `${sortable(last)}${END}`] as const;
}

export function readerOf(store: Store, partition: Partition, range: Bounds, order: Order): Reader {
  const between = keysOf(partition, range);
  let limit = FIRST_CHUNKS;
  let after: string | undefined;
  let isAtEnd = false;
  return {
    get isAtEnd() {
      return isAtEnd;
    },
    get bound() {
      if (after === undefined) return undefined;
      const last = idOfSortable(after);
      // The keys are in the order of the last ids: chunks of one window may begin anywhere in it.
      return order === "newest" ? last : windowOf(partition.level, last).from;
    },
    async next() {
      const params = segmentPatterns.chunksOfPartition.params(store.tables, {
        partition: partition.partition,
        between,
        order,
        limit,
        ...(after === undefined ? {} : { after }),
      });
      const answer = await store.client.send(new QueryCommand(params));
      const chunks = (answer.Items ?? []).map((item) => ChunkItem.parse(item));
      limit = Math.min(2 * limit, MOST_CHUNKS);
      after = chunks.at(-1)?.chunk ?? after;
      isAtEnd = answer.LastEvaluatedKey === undefined;
      const units = answer.ConsumedCapacity?.CapacityUnits ?? 0;
      return { lines: chunks.flatMap(({ data }) => data), units };
    },
  };
}

export async function readAll(reader: Reader): Promise<Read[]> {
  const all: Read[] = [];
  while (!reader.isAtEnd) all.push(await reader.next());
  return all;
}
