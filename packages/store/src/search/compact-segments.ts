/**
 * Compaction: what batches of the stream have left in the inbox, a few executions each, settles in chunks of one
 * time, where it takes a fraction of the read units. See docs/adr/0013-search-segments.md.
 */
import { setTimeout as wait } from "node:timers/promises";
import { idOf } from "@attune/domain/ids";
import { DeleteCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { segmentPatterns } from "../access-patterns/segments.ts";
import type { Store } from "../store.ts";
import { type Chunk, inboxChunks, settle } from "./chunks.ts";
import type { Line } from "./lines.ts";
import { inboxes } from "./partitions.ts";
import { putChunks } from "./put-chunks.ts";
import { ChunkItem } from "./read-chunks.ts";

/** Chunks of an inbox that are compacted together; a query ends at a megabyte in any case. */
const CHUNKS_TOGETHER = 1_000;
/** Chunks that are deleted at the same time. */
const AT_ONCE = 16;

interface InboxChunk {
  readonly key: string;
  readonly lines: readonly Line[];
}

export interface Compaction {
  readonly put: readonly Chunk[];
  /** Keys of the inbox whose lines are in other chunks then. */
  readonly remove: readonly string[];
}

/**
 * What is to be written, and what deleted after that. A chunk of which nothing settles stays as it is.
 *
 * @param newest the id of this moment
 */
export function planCompaction(inbox: readonly InboxChunk[], newest: number): Compaction {
  const { chunks, waiting } = settle(
    inbox.flatMap(({ lines }) => lines),
    newest,
  );
  const waits = new Set(waiting.map(({ id }) => id));
  const touched = inbox.filter(({ lines }) => lines.some(({ id }) => !waits.has(id)));
  const left = touched.flatMap(({ lines }) => lines.filter(({ id }) => waits.has(id)));
  const put = [...chunks, ...inboxChunks(left)];
  const kept = new Set(put.map(({ key }) => key));
  return { put, remove: touched.flatMap(({ key }) => (kept.has(key) ? [] : [key])) };
}

async function deleteChunks(store: Store, partition: string, keys: readonly string[]) {
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    await Promise.all(
      keys.slice(at, at + AT_ONCE).map((chunk) => {
        const key = { partition, chunk };
        return store.client.send(
          new DeleteCommand(segmentPatterns.deleteChunk.params(store.tables, key)),
        );
      }),
    );
  }
}

async function compactInbox(store: Store, partition: string, visibleAfter: number): Promise<void> {
  const newest = idOf(store.now().getTime(), 0);
  let after: string | undefined;
  do {
    const params = segmentPatterns.chunksOfPartition.params(store.tables, {
      partition,
      between: ["", "~"],
      order: "oldest",
      limit: CHUNKS_TOGETHER,
      ...(after === undefined ? {} : { after }),
    });
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
    const inbox = Items.map((item) => {
      const { chunk, data } = ChunkItem.parse(item);
      return { key: chunk, lines: data };
    });
    const { put, remove } = planCompaction(inbox, newest);
    // Whoever dies in between leaves some lines in two chunks, which searches take once.
    await putChunks(store, put);
    if (remove.length > 0) await wait(visibleAfter);
    await deleteChunks(store, partition, remove);
    after = LastEvaluatedKey === undefined ? undefined : inbox.at(-1)?.key;
  } while (after !== undefined);
}

/**
 * Compacts every inbox. Again, and two at the same time, are no harm.
 *
 * @param visibleAfter milliseconds after which a write is seen by every eventually consistent read: only then
 * is deleted what it stands for. AWS says that it is usually a second or less:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
 */
export async function compactSegments(store: Store, visibleAfter = 2_000): Promise<void> {
  await Promise.all(
    inboxes(store.shards).map(({ partition }) => compactInbox(store, partition, visibleAfter)),
  );
}
