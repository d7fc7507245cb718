/** Reading a log: a page of it, or the lines of a range. */
import type { LogLine, LogStream } from "@attune/domain/logs";
import type { Store } from "../store.ts";
import { chunksBefore, chunksFrom, type ReadChunk } from "./read-chunks.ts";

/** Where a page begins, and which way it is read. */
export type Place = { readonly after: number } | { readonly before: number };

/** Beyond the number of any line: what is before it are the last lines. */
export const THE_END = Number.MAX_SAFE_INTEGER;

export interface LogPage {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  /** Nobody has written to the log, as far as was seen: maybe there is no such execution. */
  readonly isUnknown: boolean;
  /** The numbers of what was looked at, both included; `to` is below `from` where there was nothing. */
  readonly from: number;
  readonly to: number;
  /** Whether there is more in the direction that the page was read in. */
  readonly more: boolean;
  /** The page reaches the end of a log that was full. */
  readonly truncated: boolean;
}

/** Bytes of JSON that a page has at most: in the 6 MB that a Lambda answers, each of them may count twice. */
const PAGE_BYTES = 2_097_152;

/** Bytes of chunks that a page looks through, 64 read units, and what is asked for together with the last of them. */
const LOOK_BYTES = 262_144;

/** What lies in the page's direction, in its order. */
function inOrder({ lines }: ReadChunk, place: Place): readonly LogLine[] {
  if ("after" in place) return lines.filter(({ seq }) => seq > place.after);
  return lines.filter(({ seq }) => seq < place.before).toReversed();
}

/**
 * A page of a log: the `limit` lines after or before a place, fewer where they are large or rare. An execution without a
 * log has an empty page.
 */
export async function readPage(
  store: Store,
  execution: number,
  place: Place,
  { limit, stream }: { readonly limit: number; readonly stream?: LogStream | undefined },
): Promise<LogPage> {
  const isUp = "after" in place;
  const chunks = isUp
    ? chunksFrom(store, execution, place.after + 1)
    : chunksBefore(store, execution, place.before);
  const lines: LogLine[] = [];
  const looked: { first?: number; last?: number } = {};
  let [isUnknown, truncated, bytes, weight] = [true, false, 0, 0];

  /** Takes lines until there is no room, which it says, or no line left. */
  async function fill(): Promise<boolean> {
    for await (const chunk of chunks) {
      if (weight >= LOOK_BYTES) return true;
      isUnknown = false;
      weight += chunk.weight;
      truncated ||= chunk.truncated && (isUp || chunk.last < place.before);
      for (const line of inOrder(chunk, place)) {
        const isWanted = stream === undefined || line.stream === stream;
        const size = isWanted ? Buffer.byteLength(JSON.stringify(line)) : 0;
        if (lines.length === limit || bytes + size > PAGE_BYTES) return true;
        looked.first ??= line.seq;
        looked.last = line.seq;
        bytes += size;
        if (isWanted) lines.push(line);
      }
    }
    return false;
  }

  const more = await fill();
  const range = isUp
    ? { from: place.after + 1, to: looked.last ?? place.after }
    : { from: looked.last ?? 1, to: looked.first ?? 0 };
  return {
    lines: isUp ? lines : lines.reverse(),
    isUnknown,
    ...range,
    more,
    truncated: truncated && !(isUp && more),
  };
}

/** The lines of a range, both ends included, as far as they are there: for whoever was told of them. */
export async function readLines(
  store: Store,
  execution: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const chunk of chunksFrom(store, execution, from, to))
    lines.push(...chunk.lines.filter(({ seq }) => seq >= from && seq <= to));
  return lines;
}
