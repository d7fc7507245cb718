/** The partitions of the table `Segments`: each level in as many as the stage has shards. */
import type { Chunk } from "./chunks.ts";
import { type Level, settledLevels } from "./windows.ts";

export interface Partition {
  readonly level: Level;
  /** Its key in the table. */
  readonly partition: string;
}

const nameOf = (shard: number, level: Level) => `${shard}|${level}`;

const partitionsOf = (level: Level, shards: number): Partition[] =>
  Array.from({ length: shards }, (_, shard) => ({ level, partition: nameOf(shard, level) }));

export const inboxes = (shards: number): Partition[] => partitionsOf("inbox", shards);
export const settledPartitions = (shards: number): Partition[] =>
  settledLevels.flatMap((level) => partitionsOf(level, shards));

/** By its key, so that the same chunk is put in the same place. */
export function partitionOf({ level, key }: Chunk, shards: number): string {
  return nameOf(Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % shards, level);
}
