/** Walking an index, newest first, and testing what it yields. */
import { type Filter, meets } from "@attune/domain/filter";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { accessPatterns } from "../access-patterns/index.ts";
import { readBatch } from "../batch.ts";
import { bytesOf, loadPayloads } from "../payloads.ts";
import { ExecutionRecord, Row } from "../record.ts";
import type { Store } from "../store.ts";
import type { Path } from "./paths.ts";

/** What an index tells of an execution: its id, and whichever attributes it carries. */
export const Entry = Row.partial().required({ id: true });

/** A match: a whole row where the walk read it, or the id alone. */
export type Match = { readonly id: number; readonly row?: Row };

export interface Chunk {
  readonly matches: readonly Match[];
  /** The id of the last entry that was looked at. */
  readonly last: number | undefined;
  /** Entries that were looked at, and bytes of results that were searched. */
  readonly looked: number;
  readonly bytes: number;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** The entries of `by_status` are whole rows. */
const rowMatch =
  ({ status }: Filter) =>
  (entry: z.infer<typeof Entry>): Match => {
    const row = Row.parse({ ...entry, status });
    return { id: row.id, row };
  };

/** Rows of some executions, in their order; one that is gone is left out. */
export async function readRows(store: Store, ids: readonly number[]): Promise<Row[]> {
  const params = accessPatterns.rowsByIds.params(store.tables, { ids });
  const rows = new Map((await readBatch(store.client, params, Row)).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

/** Bytes of results that are held at a time. */
const BYTES_AT_ONCE = 8_000_000;

/** The first records, as many as have results of so many bytes, but one at least. */
function firstOf(records: readonly ExecutionRecord[], bytes: number): readonly ExecutionRecord[] {
  let left = bytes;
  const end = records.findIndex(({ result }, at) => {
    left -= result ? bytesOf(result) : 0;
    return left < 0 && at > 0;
  });
  return end === -1 ? records : records.slice(0, end);
}

/** `stoppedAfter` is the last id that was read, where not all could be held at a time. */
async function readResults(store: Store, ids: readonly number[]) {
  const params = accessPatterns.recordsByIds.params(store.tables, { ids });
  const found = await readBatch(store.client, params, ExecutionRecord);
  const records = new Map(found.map((record) => [record.id, record]));
  const inOrder = ids.flatMap((id) => records.get(id) ?? []);
  const first = firstOf(inOrder, BYTES_AT_ONCE);
  const results = await loadPayloads(
    store,
    first.map(({ result }) => result),
  );
  return {
    items: first.map((record, at) => ({ row: record, result: results[at] ?? null })),
    bytes: first.reduce((sum, { result }) => sum + (result ? bytesOf(result) : 0), 0),
    stoppedAfter: first.length < inOrder.length ? first.at(-1)?.id : undefined,
  };
}

/** Tests on the items what the entries cannot tell. */
async function testItems(store: Store, filter: Filter, path: Path, ids: readonly number[]) {
  const needsResult = path.onItem.includes("result_contains");
  const { items, bytes, stoppedAfter } = needsResult
    ? await readResults(store, ids)
    : {
        items: (await readRows(store, ids)).map((row) => ({ row, result: null })),
        bytes: 0,
        stoppedAfter: undefined,
      };
  const names = [...path.onEntry, ...path.onItem];
  return {
    bytes,
    stoppedAfter,
    matches: items
      // The index may be a moment behind the item, which decides.
      .filter(({ row, result }) => meets(filter, { ...row, result }, names))
      .map(({ row }) => ({ id: row.id, row })),
  };
}

/**
 * The matches of a filter along a path, in chunks of as many entries as `chunkSize` says for the first
 * chunk (0), the second (1) and so on. A chunk without a match is yielded as well.
 */
export async function* walk(
  store: Store,
  filter: Filter,
  path: Path,
  before: number | undefined,
  chunkSize: (chunk: number) => number,
): AsyncGenerator<Chunk> {
  let last = before;
  for (let chunk = 0, isLast = false; !isLast; chunk++) {
    const params = accessPatterns.indexEntries.params(store.tables, {
      index: path.index,
      partition: path.key,
      order: "newest",
      limit: chunkSize(chunk),
      ...(last === undefined ? {} : { between: [0, last - 1] }),
    });
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
    const entries = Items.map((item) => Entry.parse(item));
    const possible = entries.filter((entry) => meets(filter, entry, path.onEntry));
    const { stoppedAfter, ...tested } =
      path.onItem.length > 0
        ? await testItems(
            store,
            filter,
            path,
            possible.map(({ id }) => id),
          )
        : {
            bytes: 0,
            stoppedAfter: undefined,
            matches: path.index === "by_status" ? possible.map(rowMatch(filter)) : possible,
          };
    const looked =
      stoppedAfter === undefined
        ? entries
        : entries.slice(0, entries.findIndex(({ id }) => id === stoppedAfter) + 1);
    isLast = stoppedAfter === undefined && LastEvaluatedKey === undefined;
    last = looked.at(-1)?.id ?? last;
    yield { ...tested, last, looked: looked.length, isLast };
  }
}
