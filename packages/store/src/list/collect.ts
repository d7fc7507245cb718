/** Taking a page out of the chunks of a walk. */
import type { Chunk, Match } from "./walk.ts";

/** What one request may take of a list that no counter knows, in read units: it stops after the chunk that reaches it. */
const BUDGET_UNITS = 1_000;

export interface Wanted {
  /** Matches before the page. */
  readonly skip: number;
  /** Matches on the page. */
  readonly take: number;
  /** Whether to go on to the end behind the page, so that all matches are counted. */
  readonly countAll: boolean;
  /** Whether a list that ends soon behind the page is to be read to its end, so that nothing else has to count it. */
  readonly countShort?: boolean;
}

export interface Collected {
  readonly page: readonly Match[];
  /** Matches that were passed, those before and on the page included. */
  readonly passed: number;
  /** Their ids, in the order of the walk. */
  readonly ids: readonly number[];
  /** Executions that were looked at. */
  readonly scanned: number;
  /** The walk came to its end. */
  readonly isAtEnd: boolean;
  /** The last id that was looked at, where the budget ended the walk. */
  readonly stoppedAt?: number;
}

export async function collect(
  chunks: AsyncIterable<Chunk>,
  { skip, take, countAll }: Wanted,
): Promise<Collected> {
  const page: Match[] = [];
  const ids: number[] = [];
  let scanned = 0;
  let units = 0;
  for await (const { matches, looked, last, isLast, ...chunk } of chunks) {
    const before = ids.length;
    page.push(...matches.slice(Math.max(0, skip - before), Math.max(0, skip + take - before)));
    for (const { id } of matches) ids.push(id);
    scanned += looked;
    units += chunk.units;
    if (isLast) return { page, passed: ids.length, ids, scanned, isAtEnd: true };
    // One match behind the page tells that there is a next one.
    if (ids.length > skip + take && !countAll) break;
    if (units >= BUDGET_UNITS && last !== undefined) {
      return { page, passed: ids.length, ids, scanned, isAtEnd: false, stoppedAt: last };
    }
  }
  return { page, passed: ids.length, ids, scanned, isAtEnd: false };
}
