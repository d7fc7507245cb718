/** What is beside the executions of a group, of which its own counters say nothing. */
import { timeOf } from "@attune/domain/ids";
import { bucketAt, idsOf, isWithin, lengths } from "../counters/buckets.ts";
import { cellsOfNode } from "../counters/cells.ts";
import type { ReadItems } from "../counters/items.ts";
import { nodeKey } from "../counters/keys.ts";
import type { Store } from "../store.ts";
import { burst, type Ended } from "./rows.ts";
import { sum } from "./sum.ts";

/** So late a head spills at most, where it is busy. */
const SPILLED_MS = 15 * 60_000;

/** Entries for each row that cost less than its item, with some room for rows that are not there. */
const FEW = 8;

/** Entries for each row that there is room for: members come in bursts. What is not there costs nothing. */
const LEAST = 2;

/**
 * The executions of a group are among all that have completed: in how many, the counters of all say, of the hour and the day in
 * which a page is. Half a read unit.
 */
export async function readBeside(store: Store, read: ReadItems, at: number): Promise<Ended> {
  const [days, day, hour] = [bucketAt("fourDays", at), bucketAt("day", at), bucketAt("hour", at)];
  const end = timeOf(idsOf(hour).below);
  if (end + SPILLED_MS > store.now().getTime()) return burst;
  const key = nodeKey({ kind: "all" }, days, "completed");
  const cells = cellsOfNode((await read([key]))(key), days).filter(
    ({ bucket, field }) => field === "completed" && isWithin(bucket, idsOf(day)),
  );
  const inDay = sum(cells.map(({ n }) => n));
  const inHour = sum(cells.flatMap(({ bucket, n }) => (bucket.at === hour.at ? [n] : [])));
  return {
    entriesIn: ({ from, below }, rows) => {
      const length = below - from;
      const density = length < lengths.hour ? inHour / lengths.hour : inDay / lengths.day;
      const entries = density * length;
      return entries > rows * FEW ? undefined : Math.max(entries, rows * LEAST);
    },
    statuses: burst.statuses,
  };
}
