import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { segmentPatterns } from "../access-patterns/segments.ts";
import type { Store } from "../store.ts";
import type { Chunk } from "./chunks.ts";
import { partitionOf } from "./partitions.ts";

/** Chunks that are written at the same time. */
const AT_ONCE = 16;

/** Writes some chunks; again is no harm. A write unit for each kilobyte. */
export async function putChunks(store: Store, chunks: readonly Chunk[]): Promise<void> {
  for (let at = 0; at < chunks.length; at += AT_ONCE) {
    await Promise.all(
      chunks.slice(at, at + AT_ONCE).map((chunk) => {
        const partition = partitionOf(chunk, store.shards);
        const item = { partition, chunk: chunk.key, data: chunk.data };
        return store.client.send(
          new PutCommand(segmentPatterns.putChunk.params(store.tables, item)),
        );
      }),
    );
  }
}
