/** Compares the search segments with the executions that are final: each has its line, and no other. */
import type { Bounds } from "@attune/domain/ids";
import { isFinal } from "@attune/domain/lifecycle";
import type { ExecutionRecord } from "../record.ts";
import type { Line } from "../search/lines.ts";
import { inboxes, settledPartitions } from "../search/partitions.ts";
import { readAll, readerOf } from "../search/read-chunks.ts";
import { linesOf } from "../search/save-segments.ts";
import type { Store } from "../store.ts";
import type { Difference } from "./differences.ts";
import { IN_FLIGHT_MS } from "./standing.ts";

/** The lines of a range, by execution; one may have several. */
async function readLines(store: Store, range: Bounds): Promise<Map<number, Line[]>> {
  const lines: Line[] = [];
  // The inboxes before the levels: a compaction writes to a level before it deletes from an inbox.
  for (const partitions of [inboxes(store.shards), settledPartitions(store.shards)]) {
    const read = await Promise.all(
      partitions.map((partition) => readAll(readerOf(store, partition, range, "oldest"))),
    );
    lines.push(...read.flat().flatMap((some) => some.lines));
  }
  return Map.groupBy(lines, ({ id }) => id);
}

export interface ComparedLines {
  readonly differences: readonly Difference[];
  /** Executions without a line, those that are on their way included. */
  readonly missing: readonly ExecutionRecord[];
  /** Executions that have a line that is not theirs. */
  readonly wrong: readonly ExecutionRecord[];
}

/**
 * Compares the lines of some executions, which are next to each other. What became final within a day may not have its
 * line yet.
 */
export async function compareLines(
  store: Store,
  records: readonly ExecutionRecord[],
): Promise<ComparedLines> {
  const finals = records.filter(({ status }) => isFinal(status));
  const ids = finals.map(({ id }) => id);
  if (ids.length === 0) return { differences: [], missing: [], wrong: [] };
  const [known, expected] = await Promise.all([
    readLines(store, { from: Math.min(...ids), below: Math.max(...ids) + 1 }),
    linesOf(store, finals),
  ]);
  const texts = new Map(expected.map((line) => [line.id, JSON.stringify(line)]));
  const wrongOf = ({ id }: ExecutionRecord) =>
    (known.get(id) ?? []).filter((line) => JSON.stringify(line) !== texts.get(id)).length;
  const missing = finals.filter((one) => (known.get(one.id)?.length ?? 0) - wrongOf(one) === 0);
  const wrong = finals.filter((one) => wrongOf(one) > 0);
  const now = store.now().getTime();
  const lost = missing.filter(({ updated }) => now - Date.parse(updated) >= IN_FLIGHT_MS);
  const difference = (attribute: string, counted: number, should: number): Difference => ({
    ...{ item: "segments", attribute, counted, expected: should },
  });
  return {
    missing,
    wrong,
    differences: [
      ...lost.map(({ id }) => difference(String(id), 0, 1)),
      ...wrong.map((one) => difference(`${one.id} otherwise`, wrongOf(one), 0)),
    ],
  };
}
