/** Fills a data folder of the local stack with a past. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { shards } from "@attune/functions/limits";
import { dynamoDbFile } from "@attune/local/engines/dynamodb";
import { lockFolder } from "@attune/local/engines/lock";
import { indexStreams } from "@attune/local/engines/streams";
import { indexKeysOf } from "@attune/store/index-keys";
import type { ExecutionRecord } from "@attune/store/record";
import { importArchive, writePart } from "./archive.ts";
import { derive } from "./derive.ts";
import { type Past, population, type Seeded } from "./population.ts";

/** Executions in a file of the archive, which are one batch for the counters. */
const PART = 5_000;

export type Progress = (stage: "drawn" | "imported" | "counted", executions: number) => void;

const itemOf = (record: ExecutionRecord) => ({ ...record, ...indexKeysOf(record, shards) });

async function writeArchive(archive: string, past: Past, progress: Progress): Promise<void> {
  let part = 0;
  let drawn = 0;
  let some: Seeded[] = [];
  const flush = async () => {
    part++;
    drawn += some.length;
    await writePart(
      archive,
      "Executions",
      part,
      some.map(({ record }) => itemOf(record)),
    );
    const texts = some.flatMap((one) => one.texts);
    if (texts.length > 0) await writePart(archive, "Payloads", part, texts);
    some = [];
    progress("drawn", drawn);
  };
  progress("drawn", 0);
  for (const one of population(past)) {
    some.push(one);
    if (some.length === PART) await flush();
  }
  if (some.length > 0) await flush();
}

/**
 * Fills `dataDir`, which must hold no data yet. All of it is there at once, at the end: a seeding that is
 * cut short leaves nothing that the stack would find.
 *
 * @throws Error when a stack runs on the folder, or has stored something there
 */
export async function seed(dataDir: string, past: Past, progress: Progress): Promise<void> {
  const lock = lockFolder(dataDir);
  const unfinished = join(dataDir, "seeding");
  try {
    if (existsSync(dynamoDbFile(dataDir)))
      throw new Error(`${dataDir} has data already; delete it or set DATA_DIR to another folder`);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    await writeArchive(unfinished, past, progress);
    progress("imported", 0);
    await importArchive(unfinished, unfinished);
    progress("imported", past.count);
    progress("counted", 0);
    await derive(unfinished, unfinished, (executions) => progress("counted", executions));
    // Also takes what the engine has left in its log into the file itself.
    indexStreams(unfinished);
    await rename(dynamoDbFile(unfinished), dynamoDbFile(dataDir));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    lock.release();
  }
}
