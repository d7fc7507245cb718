/** Where the members of a group are that have ended, and what is beside them, of which its own counters say nothing. */
import { timeOf } from "@attune/domain/ids";
import { type Bucket, bucketAt, idsOf, isWithin, lengths } from "../counters/buckets.ts";
import { cellsOfGroup, cellsOfNode } from "../counters/cells.ts";
import type { ReadItems } from "../counters/items.ts";
import { groupNodeKey, nodeKey, placeOf } from "../counters/keys.ts";
import type { Group } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { burst, type Ended } from "./rows.ts";
import { sources } from "./sources.ts";
import { sum } from "./sum.ts";

/** So late a head spills at most, where it is busy. */
const SPILLED_MS = 15 * 60_000;

/** Entries for each row that cost less than its item, with some room for rows that are not there. */
const FEW = 8;

/** Entries for each row that there is room for: members come in bursts. What is not there costs nothing. */
const LEAST = 2;

/** Where a page of a group is, about. */
export interface Near {
  readonly id: number;
  /** Whether members came twenty a second and more there, as far as one knows. */
  readonly isBurst: boolean;
}

/**
 * The executions of a group are among all that have completed: in how many, the counters of all say, of the hour and the day in
 * which a page is. Half a read unit.
 */
export async function readBeside(
  store: Store,
  read: ReadItems,
  { id, isBurst }: Near,
): Promise<Ended> {
  const { statuses } = burst;
  if (isBurst) return { entriesIn: (_, rows) => rows * LEAST, statuses };
  const [days, day, hour] = [bucketAt("fourDays", id), bucketAt("day", id), bucketAt("hour", id)];
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
    statuses,
  };
}

/** Where the members of a group are that ended otherwise than completed, and their share, as its own item tells, or one of a day. */
export async function readUnsuccessful(
  read: ReadItems,
  group: Group,
  day?: Bucket,
): Promise<Ended["statuses"][number]> {
  const key = day ? groupNodeKey(group, day) : placeOf(group).key;
  const cells = cellsOfGroup((await read([key]))(key), group, day);
  const created = sum(cells.flatMap(({ field, n }) => (field === "created" ? [n] : [])));
  const share = created > 0 ? sum(cells.map(({ n }) => n)) / created - 1 : 0;
  return { sources: [sources.unsuccessful(group)], share };
}
