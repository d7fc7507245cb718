/** Appending to a log: one conditional write, after a look at where the log ends. */
import { createHash } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import { isFinal } from "@attune/domain/lifecycle";
import type { LogLine } from "@attune/domain/logs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { logPatterns } from "../access-patterns/logs.ts";
import { settle } from "../conditional.ts";
import { readRecord } from "../read-execution.ts";
import type { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";
import type { Hold } from "../transitions.ts";
import { beginning, type Chunk, ChunkItem, chunkAfter, type End, pack, textOf } from "./chunk.ts";
import { chunkBefore } from "./read-chunks.ts";

export type Appended =
  /** What is new of the lines is in the log, as far as there was room. */
  | { readonly is: "appended"; readonly end: End }
  /** None of them is: others come before them. */
  | { readonly is: "ahead"; readonly end: End }
  /** `current` is the execution as it stood against it, `undefined` where there is none. */
  | { readonly is: "refused"; readonly current: ExecutionRecord | undefined };

/** An item holds 400 KB; more than this is an object. */
const ITEM_BYTES = 300_000;

/** Writers that come first, before the log counts as too busy. */
const RACES = 16;

const DAY_SECONDS = 86_400;

/**
 * Whether a log takes lines of a worker: of the one that has claimed the execution, and once it is over for as long as a
 * claim lives, since the last lines of an action come with its end. Who has claimed it never changes, so that what is
 * read here is still so when the lines are written.
 */
function mayAppend(store: Store, { worker, attempt }: Hold, record: ExecutionRecord): boolean {
  if (record.executor !== worker || record.attempt !== attempt) return false;
  const silence = store.now().getTime() - Date.parse(record.updated);
  return !isFinal(record.status) || silence <= store.limits.LEASE_SECONDS * 1_000;
}

/** The item of a chunk; its lines are in S3 first where they are too large for it. */
async function itemOf(store: Store, record: ExecutionRecord, chunk: Chunk) {
  const { id: execution, action_ref, parent, enforcement } = record;
  const { lines, ...about } = chunk;
  const expires =
    store.logDays === undefined
      ? {}
      : { expires: Math.ceil(store.now().getTime() / 1_000) + store.logDays * DAY_SECONDS };
  // What live subscribers filter by rides along: the stream of the table need read nothing.
  const item = { execution, ...about, ...expires, action_ref, parent, enforcement };
  const text = textOf(lines);
  const data = pack(text);
  if (data.length <= ITEM_BYTES) return { ...item, data };
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  const object = `${execution}/${chunk.seq}/${digest}`;
  await store.blobs.putLog(object, text);
  return { ...item, object };
}

/**
 * Appends lines, which follow one another, to the log of an execution. The same lines again change nothing, and of lines
 * of which some are in the log, the others are added: a line is its number, and the first to come stays.
 *
 * @throws ServiceError 503 when others keep coming first, or S3 is away
 */
export async function appendLines(
  store: Store,
  hold: Hold,
  lines: readonly LogLine[],
): Promise<Appended> {
  // The last chunk is read whole: a read unit for 4 KB, a twentieth of the price that it was written for.
  const [current, last] = await Promise.all([
    readRecord(store, hold.id),
    chunkBefore(store, hold.id, Number.MAX_SAFE_INTEGER),
  ]);
  if (current === undefined || !mayAppend(store, hold, current)) return { is: "refused", current };
  let end: End = last ?? beginning;
  for (let races = 0; races < RACES; races++) {
    const chunk = chunkAfter(end, lines);
    if (chunk === undefined) return { is: "appended", end };
    if (chunk === "ahead") return { is: "ahead", end };
    const item = await itemOf(store, current, chunk);
    const params = logPatterns.putLogChunk.params(store.tables, item);
    const written = await settle(store.client.send(new PutCommand(params)));
    if (written.won) return { is: "appended", end: chunk };
    // Somebody else was first, or this very write, whose answer was lost: the log goes on after it.
    end = ChunkItem.parse(written.item);
  }
  throw new ServiceError(503, "The log is too busy for the moment; try again");
}
