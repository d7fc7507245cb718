/** Which lines go into one chunk, pure. See docs/adr/0013-search-segments.md. */
import { createHash } from "node:crypto";
import { type Line, pack } from "./lines.ts";
import { isOver, type Level, settledLevels, sortable, windowOf } from "./windows.ts";

/** Lines of one window of a level. */
export interface Chunk {
  readonly level: Level;
  /** Sorts by the last id; the same lines have the same key. */
  readonly key: string;
  readonly data: Uint8Array;
}

/** Bytes of lines that go into one chunk: some 60 KB when packed, and below an item's 400 KB in any case. */
const CHUNK_BYTES = 256_000;
/** What a line's numbers and status count. */
const NUMBERS_BYTES = 128;

const bytesOfLine = ({ action_ref, text }: Line) =>
  NUMBERS_BYTES + Buffer.byteLength(JSON.stringify(action_ref)) + Buffer.byteLength(text ?? "");

/** A write unit: what is written anyway may as well be a chunk of its own. */
const WRITTEN_ALONE_BYTES = 1_024;
/** Half a read unit: what is read anyway, and enough for the packing to be worth while. */
const SETTLED_BYTES = 4_096;

/** Each line once, in the order of the ids. */
function inOrder(lines: readonly Line[]): Line[] {
  const byId = new Map(lines.map((line) => [line.id, line]));
  return [...byId.values()].sort((one, other) => one.id - other.id);
}

/** Lines of one window, in order, as chunks. */
function chunksOf(level: Level, lines: readonly Line[]): Chunk[] {
  const chunks: Chunk[] = [];
  let some: Line[] = [];
  let bytes = 0;
  for (const [at, line] of lines.entries()) {
    some.push(line);
    bytes += bytesOfLine(line);
    if (at < lines.length - 1 && bytes < CHUNK_BYTES) continue;
    const data = pack(some);
    const digest = createHash("sha256").update(data).digest("base64url").slice(0, 8);
    chunks.push({ level, key: `${sortable(line.id)}/${digest}`, data });
    some = [];
    bytes = 0;
  }
  return chunks;
}

/** What waits, of any time. */
export const inboxChunks = (lines: readonly Line[]): Chunk[] => chunksOf("inbox", inOrder(lines));

const bytesOf = (chunks: readonly Chunk[]) =>
  chunks.reduce((sum, { data }) => sum + data.length, 0);

const byWindow = (level: Level, lines: readonly Line[]) =>
  Map.groupBy(lines, ({ id }) => windowOf(level, id).from).values();

export interface Settled {
  readonly chunks: readonly Chunk[];
  /** Lines that wait for more. */
  readonly waiting: readonly Line[];
}

/**
 * Brings lines together by time: each one goes to the shortest window that has enough of them. One whose window
 * may still get more waits.
 *
 * @param newest the id of this moment
 */
export function settle(lines: readonly Line[], newest: number): Settled {
  const chunks: Chunk[] = [];
  const waiting: Line[] = [];
  let left = inOrder(lines);
  for (const level of settledLevels) {
    const scarce: Line[] = [];
    for (const some of byWindow(level, left)) {
      const together = chunksOf(level, some);
      const [{ id } = { id: 0 }] = some;
      if (bytesOf(together) >= SETTLED_BYTES) chunks.push(...together);
      else if (isOver(level, id, newest)) scarce.push(...some);
      else waiting.push(...some);
    }
    left = scarce;
  }
  return { chunks, waiting: [...waiting, ...left] };
}

/**
 * The chunks of a batch of the stream: its dense windows by themselves, so that there are about as many write units as
 * there are kilobytes, and what settles at once, as a past does that comes all together; the rest is one, in the inbox.
 *
 * @param newest the id of this moment
 */
export function chunkBatch(lines: readonly Line[], newest: number): Chunk[] {
  const alone: Chunk[] = [];
  const rest: Line[] = [];
  for (const some of byWindow("1", inOrder(lines))) {
    const chunks = chunksOf("1", some);
    if (bytesOf(chunks) >= WRITTEN_ALONE_BYTES) alone.push(...chunks);
    else rest.push(...some);
  }
  const { chunks, waiting } = settle(rest, newest);
  return [...alone, ...chunks, ...inboxChunks(waiting)];
}
