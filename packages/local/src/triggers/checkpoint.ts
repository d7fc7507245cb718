import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { log } from "../log.ts";

/** How far a trigger is in each shard of its stream: the last sequence number it is done with. */
const contents = z.object({
  streamArn: z.string(),
  shards: z.record(z.string(), z.object({ sequence: z.string().regex(/^\d+$/) })),
});

export interface Checkpoint {
  /** The last sequence number of the shard that is done. */
  after(shard: string): string | undefined;
  /** Writes it down; the file is whole whenever the process dies. */
  advance(shard: string, sequence: string): void;
  /** Everything up to here is done, in every shard. */
  consumed(): bigint | undefined;
}

/** Opens the checkpoint of a stream; one of another stream, or one that is unreadable, counts as none. */
export function openCheckpoint(file: string, streamArn: string): Checkpoint {
  const shards = new Map(read(file, streamArn));
  mkdirSync(dirname(file), { recursive: true });
  return {
    after: (shard) => shards.get(shard)?.sequence,
    advance(shard, sequence) {
      shards.set(shard, { sequence });
      writeFileSync(
        `${file}.new`,
        JSON.stringify({ streamArn, shards: Object.fromEntries(shards) }),
      );
      renameSync(`${file}.new`, file);
    },
    consumed() {
      const sequences = [...shards.values()].map(({ sequence }) => BigInt(sequence));
      return sequences.sort((a, b) => (a < b ? -1 : 1))[0];
    },
  };
}

function read(file: string, streamArn: string) {
  try {
    const found = contents.parse(JSON.parse(readFileSync(file, "utf8")));
    return found.streamArn === streamArn ? Object.entries(found.shards) : [];
  } catch (error) {
    // Starting from the oldest record is safe: delivery is at least once.
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (!missing) log(`${file} is unreadable; its stream starts from the oldest record`, error);
    return [];
  }
}
