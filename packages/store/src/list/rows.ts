/** The rows of executions: each from its item, or from an index that has whole rows, where that costs less. */
import { type Bounds, SLOTS } from "@attune/domain/ids";
import { executionReads } from "../access-patterns/executions-read.ts";
import { readBatch } from "../batch.ts";
import { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { readEntries } from "./entries.ts";
import { type Source, sources } from "./sources.ts";
import { sum } from "./sum.ts";

/** Where executions are that have ended, and how many of them one can expect there. */
export interface Ended {
  /** Entries of all statuses between some ids, for so many rows: the indexes may have others as well. `undefined`: too many. */
  readonly entriesIn: (range: Bounds, rows: number) => number | undefined;
  readonly statuses: readonly {
    readonly sources: readonly Source[];
    /** Of the entries how many are there. */
    readonly share: number;
  }[];
}

/** Where most have ended. */
export const completed = sources.statuses(["completed"]);

/** Whether so many came twenty a second and more. */
export const isBurst = ({ from, below }: Bounds, rows: number): boolean =>
  below - from <= rows * 50 * SLOTS;

/**
 * Of executions that nothing tells of how they ended, nor what came beside them. Where they came as fast as this, a
 * workflow's children for one, most have completed, and there is about one other for each.
 */
export const burst: Ended = {
  entriesIn: (range, rows) => (isBurst(range, rows) ? rows * 2 : undefined),
  statuses: [{ sources: completed, share: 1 }],
};

/** Read units of an item, and rows of an index in as many, near enough to choose by. */
const ITEM_UNITS = 0.5;
const ROWS_IN_AN_ITEM = 20;
/** Entries are not as dense everywhere as they are on the average. */
const MARGIN = 1.3;

/** Rows and what they took, in read units, near enough for a budget. */
interface Found {
  readonly rows: readonly Row[];
  readonly units: number;
}

/**
 * The final statuses to look in for some rows: those that, as far as one can expect, have more of them than it would take
 * items, by half of one: for less it is not worth a request. Where none is found after all, it costs less than the items.
 */
function worthwhile(store: Store, { statuses }: Ended, rows: number, entries: number): Source[] {
  return statuses.flatMap(({ sources, share }) => {
    const partitions = sum(sources.map((source) => source.partitions(store.shards).length));
    const items = Math.max(partitions, (entries * share) / ROWS_IN_AN_ITEM);
    return rows * share > items + 0.5 ? sources : [];
  });
}

/** The rows of executions that have ended. Nothing final changes again: they are as their items are. */
async function readEnded(store: Store, ended: Ended, ids: readonly number[]): Promise<Found> {
  const range = { from: Math.min(...ids), below: Math.max(...ids) + 1 };
  const entries = ended.entriesIn(range, ids.length);
  const from = entries === undefined ? [] : worthwhile(store, ended, ids.length, entries);
  if (entries === undefined || from.length === 0) return { rows: [], units: 0 };
  // One more than there can be: a Query that ends at its limit says that there may be more.
  const limit = 1 + (entries > ids.length ? Math.ceil(entries * MARGIN) : ids.length);
  const limitOf = () => limit;
  const path = from.map((source) => ({ source, onEntry: [], onItem: [] }));
  // What the first read does not have is read as items: it is late, or there is no round trip left for another.
  const { value } = await readEntries(store, path, range, "newest", limitOf).next();
  const rows = value?.entries.map((entry) => Row.parse(entry)) ?? [];
  return { rows, units: (rows.length / ROWS_IN_AN_ITEM) * ITEM_UNITS };
}

async function readItems(store: Store, ids: readonly number[]): Promise<Found> {
  const params = executionReads.rowsByIds.params(store.tables, { ids });
  return {
    rows: await readBatch(store.client, params, Row),
    units: ids.length * ITEM_UNITS,
  };
}

/**
 * The rows of some executions, in their order; one that is gone is left out. What has ended comes from the final
 * statuses, where one is to look there, and everything else from its item: the execution has not ended, or the
 * index does not have it yet.
 */
export async function readRows(
  store: Store,
  ids: readonly number[],
  ended?: Ended,
): Promise<Found> {
  const first = ended && ids.length > 0 ? await readEnded(store, ended, ids) : undefined;
  const found = new Map(first?.rows.map((row) => [row.id, row]));
  const second = await readItems(
    store,
    ids.filter((id) => !found.has(id)),
  );
  for (const row of second.rows) found.set(row.id, row);
  return {
    rows: ids.flatMap((id) => found.get(id) ?? []),
    units: second.units + (first?.units ?? 0),
  };
}
