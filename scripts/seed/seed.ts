/** Fills a data folder of the local stack with a past. */
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { shards } from "@attune/functions/limits";
import { dynamoDbFile } from "@attune/local/engines/dynamodb";
import { lockFolder } from "@attune/local/engines/lock";
import { indexStreams } from "@attune/local/engines/streams";
import { nameOf } from "@attune/store/history/entry";
import { indexKeysOf } from "@attune/store/index-keys";
import type { ExecutionRecord } from "@attune/store/record";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { createMemoryDynamoDb } from "../../test/fixtures/memory-dynamodb.ts";
import { type Image, imageOf, importArchive, writePart } from "./archive.ts";
import { createDerive } from "./derive.ts";
import { type Past, population, type Seeded } from "./population.ts";

/** Executions in a file of the archive, which are one batch for the counters. */
const PART = 5_000;

/** The tables that are derived, and written when all is. */
const derived = ["Payloads", "Counters", "Segments"] as const;

export type Progress = (stage: "counted" | "imported", executions: number) => void;

const itemOf = (record: ExecutionRecord) => ({ ...record, ...indexKeysOf(record, shards) });

/** What the table History has of an execution. */
export const historyItemOf = ({ record: { id }, history }: Seeded) => ({
  id,
  ...Object.fromEntries(history.map(({ version, entry }) => [nameOf(version), entry])),
});

function* chunksOf<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let chunk: T[] = [];
  for (const one of all) {
    chunk.push(one);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function writeArchive(archive: string, past: Past, progress: Progress): Promise<void> {
  const database = createMemoryDynamoDb();
  const derive = await createDerive(database);
  let part = 0;
  let counted = 0;
  const lastOfEach = new Map<string, Image>();
  progress("counted", counted);
  for (const some of chunksOf(population(past), PART)) {
    const images = some.map(({ record }) => imageOf(itemOf(record)));
    await writePart(archive, "Executions", part++, images);
    const histories = some.filter(({ history }) => history.length > 0).map(historyItemOf);
    await writePart(archive, "History", part++, histories.map(imageOf));
    for (const Item of some.flatMap(({ texts }) => texts))
      database.apply(new PutCommand({ TableName: "Payloads", Item }));
    await derive(images);
    for (const image of images) lastOfEach.set(image.action_ref?.S ?? "", image);
    counted += some.length;
    progress("counted", counted);
  }
  // Nothing counts twice; but what the last batch has left in the heads of the counters is spilled.
  await derive([...lastOfEach.values()]);
  for (const table of derived)
    for (const items of chunksOf(database.items(table), PART))
      await writePart(archive, table, part++, items.map(imageOf));
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
    // Also takes what the engine has left in its log into the file itself.
    indexStreams(unfinished);
    await rename(dynamoDbFile(unfinished), dynamoDbFile(dataDir));
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    lock.release();
  }
}
