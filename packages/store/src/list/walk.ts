/** Walking a path and testing what it yields. */
import { type Filter, type FilterName, meets } from "@attune/domain/filter";
import type { IdRange } from "@attune/domain/ids";
import { executionReads, type Order } from "../access-patterns/executions-read.ts";
import { readBatch } from "../batch.ts";
import { bytesOf, loadPayloads, readUnitsOf } from "../payloads.ts";
import { ExecutionRecord, Row } from "../record.ts";
import type { Store } from "../store.ts";
import { beyond, type Entry, readEntries } from "./entries.ts";
import type { Path } from "./paths.ts";
import { burst, completed, readRows } from "./rows.ts";
import { type Settled, settle } from "./settled.ts";
import { hasWholeRows, type Source, tells } from "./sources.ts";

/** A match: a whole row where the walk read it, or the id alone. */
export type Match = { readonly id: number; readonly row?: Row };

export interface Chunk {
  readonly matches: readonly Match[];
  /** The id of the last execution that was looked at. */
  readonly last: number | undefined;
  /** Executions that were looked at. */
  readonly looked: number;
  /** What that took, in read units, near enough for a budget. */
  readonly units: number;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** Bytes of results that are held at a time. */
const BYTES_AT_ONCE = 8_000_000;

/** Read units of an execution's item. */
const ITEM_UNITS = 0.5;

/** The first records, as many as have results of so many bytes, but one at least. */
function firstOf(records: readonly ExecutionRecord[], bytes: number): readonly ExecutionRecord[] {
  let left = bytes;
  const end = records.findIndex(({ result }, at) => {
    left -= result ? bytesOf(result) : 0;
    return left < 0 && at > 0;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** What was read of some executions; `stoppedAfter` is the last of them, where not all could be held at a time. */
interface Items {
  readonly items: readonly { readonly row: Row; readonly result: string | null }[];
  readonly units: number;
  readonly stoppedAfter?: number | undefined;
}

async function readResults(store: Store, ids: readonly number[]): Promise<Items> {
  const params = executionReads.recordsByIds.params(store.tables, { ids });
  const found = await readBatch(store.client, params, ExecutionRecord);
  const records = new Map(found.map((record) => [record.id, record]));
  const inOrder = ids.flatMap((id) => records.get(id) ?? []);
  const first = firstOf(inOrder, BYTES_AT_ONCE);
  const results = await loadPayloads(
    store,
    first.map(({ result }) => result),
  );
  return {
    items: first.map((row, at) => ({ row, result: results[at] ?? null })),
    units: first.reduce(
      (sum, { result }) => sum + ITEM_UNITS + (result ? readUnitsOf(bytesOf(result)) : 0),
      0,
    ),
    stoppedAfter: first.length < inOrder.length ? first.at(-1)?.id : undefined,
  };
}

async function readFacts(
  store: Store,
  ids: readonly number[],
  tested: readonly FilterName[],
): Promise<Items> {
  const isTold = tested.every((name) => completed.every((source) => tells(source, name)));
  const { rows, units } = await readRows(store, ids, isTold ? burst : undefined);
  return { items: rows.map((row) => ({ row, result: null })), units };
}

/** Tests on their items what the entries cannot tell, and leaves out what is gone. */
async function testItems(store: Store, filter: Filter, entries: readonly Entry[]) {
  const tested = [...new Set(entries.flatMap(({ reading }) => reading.onItem))];
  const ids = entries.map(({ id }) => id);
  const { items, ...read } = tested.includes("result_contains")
    ? await readResults(store, ids)
    : await readFacts(store, ids, tested);
  const readings = new Map(entries.map(({ id, reading }) => [id, reading]));
  return {
    ...read,
    matches: items
      // The index may be a moment behind the item, which decides.
      .filter(({ row, result }) => {
        const { onEntry = [], onItem = [] } = readings.get(row.id) ?? {};
        return meets(filter, { ...row, result }, [...onEntry, ...onItem]);
      })
      .map(({ row }) => ({ id: row.id, row })),
  };
}

function matchOf({ reading, ...entry }: Entry): Match {
  return hasWholeRows(reading.source) ? { id: entry.id, row: Row.parse(entry) } : { id: entry.id };
}

export interface Walk {
  readonly path: Path;
  readonly range: IdRange;
  readonly order: Order;
  /** Entries of each partition of a source in the first chunk (0), the second (1) and so on. */
  readonly limitOf: (chunk: number, source: Source) => number;
  /** What tells which members of a group have completed, where anything does. */
  readonly settled?: Settled | undefined;
}

/** The matches of a filter along a path, in chunks. A chunk without a match is yielded as well. */
export async function* walk(
  store: Store,
  filter: Filter,
  { path, range, order, limitOf, settled }: Walk,
): AsyncGenerator<Chunk, undefined> {
  for await (const read of readEntries(store, path, range, order, limitOf)) {
    const { isLast } = read;
    const entries = settled ? read.entries.map((entry) => settle(entry, settled)) : read.entries;
    const possible = entries.filter((entry) => meets(filter, entry, entry.reading.onEntry));
    const untested = possible.filter(({ reading }) => reading.onItem.length > 0);
    const tested =
      untested.length > 0 ? await testItems(store, filter, untested) : { matches: [], units: 0 };
    const byId = new Map<number, Match>(tested.matches.map((match) => [match.id, match]));
    const stop = "stoppedAfter" in tested ? tested.stoppedAfter : undefined;
    const cut = (all: readonly Entry[]) =>
      stop === undefined ? all : all.slice(0, all.findIndex(({ id }) => id === stop) + 1);
    const looked = cut(entries);
    yield {
      matches: cut(possible).flatMap((entry) =>
        entry.reading.onItem.length > 0 ? (byId.get(entry.id) ?? []) : matchOf(entry),
      ),
      last: looked.at(-1)?.id,
      looked: looked.length,
      units: tested.units + entries.length / 80,
      isLast: isLast && stop === undefined,
    };
    // The rest of the chunk is read again from where it stopped.
    if (stop !== undefined) {
      return yield* walk(store, filter, {
        path,
        range: beyond(range, stop, order),
        order,
        limitOf,
        settled,
      });
    }
  }
}
