/**
 * A chunk of a log: the lines that one call brought, deflated, and what the log comes to with them. Chunk follows chunk
 * without a gap, so that the key of the next one is known, and two writers cannot both write it.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type LogLine, LogStream } from "@attune/domain/logs";
import { logLimits } from "@attune/topology/logs";
import * as z from "zod";

export const ChunkItem = z.object({
  execution: z.int(),
  /** The number of its first line. */
  seq: z.int(),
  /** The number of its last line; one below `seq` where it has none. */
  last: z.int(),
  /** Bytes of the log up to here. */
  bytes: z.int(),
  /** What came after it was dropped: it is the last one. */
  truncated: z.boolean(),
  data: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
  /** The key of the object that has the lines in place of `data`, as text. */
  object: z.string().optional(),
  /** The second of expiry. */
  expires: z.int().optional(),
});
export type ChunkItem = z.infer<typeof ChunkItem>;

/** A chunk that is not packed yet. */
export type Chunk = Omit<ChunkItem, "execution" | "data" | "object" | "expires"> & {
  readonly lines: readonly LogLine[];
};

/** Where a log ends: at its last chunk, or before its first line. */
export type End = Pick<ChunkItem, "last" | "bytes" | "truncated">;

export const beginning: End = { last: 0, bytes: 0, truncated: false };

const bytesOf = ({ text }: LogLine) => Buffer.byteLength(text);

/**
 * What some lines, which follow one another, add to a log: nothing where all of them are in it, or it is full. A line
 * that is in it stays as it is.
 *
 * @returns `"ahead"` where lines between the log's end and these are missing
 */
export function chunkAfter(end: End, lines: readonly LogLine[]): Chunk | "ahead" | undefined {
  const fresh = lines.filter(({ seq }) => seq > end.last);
  const [first] = fresh;
  if (end.truncated || first === undefined) return undefined;
  if (first.seq > end.last + 1) return "ahead";
  let { bytes } = end;
  const kept = [];
  for (const line of fresh) {
    if (line.seq > logLimits.lines || bytes + bytesOf(line) > logLimits.bytes) break;
    bytes += bytesOf(line);
    kept.push(line);
  }
  const truncated = kept.length < fresh.length;
  return { seq: first.seq, last: end.last + kept.length, bytes, truncated, lines: kept };
}

/** Streams (a digit for each line), times and texts, by themselves: they deflate better than line by line. */
const Columns = z.tuple([z.string(), z.array(z.string()), z.array(z.string())]);

/** The text of some lines, which follow one another. */
export function textOf(lines: readonly LogLine[]): string {
  const columns: z.infer<typeof Columns> = [
    lines.map(({ stream }) => LogStream.options.indexOf(stream)).join(""),
    lines.map(({ time }) => time),
    lines.map(({ text }) => text),
  ];
  return JSON.stringify(columns);
}

/** The lines of a text of {@link textOf}, of which the first has the number `seq`. */
export function linesOf(seq: number, text: string): LogLine[] {
  const [streams, times, texts] = Columns.parse(JSON.parse(text));
  return texts.map((line, at) => ({
    seq: seq + at,
    stream: LogStream.parse(LogStream.options[Number(streams[at])]),
    time: times[at] ?? "",
    text: line,
  }));
}

export const pack = (text: string): Uint8Array => deflateRawSync(text);
export const unpack = (data: Uint8Array): string => inflateRawSync(data).toString();
