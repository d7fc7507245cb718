/** The history of one execution: what the stream has kept of it, and what its item tells. */
import { createdOf } from "@attune/domain/ids";
import { initial } from "@attune/domain/lifecycle";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { executionReads } from "../access-patterns/executions-read.ts";
import { historyPatterns } from "../access-patterns/history.ts";
import { readBatch } from "../batch.ts";
import { readRecord } from "../read-execution.ts";
import { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";
import { Entry, entryOf, versionOf } from "./entry.ts";
import { type History, tell } from "./tell.ts";

/** The item of a history: what it keeps, by version. */
export const HistoryItem = z.looseObject({ id: z.int() }).transform(({ id, ...entries }) => ({
  id,
  kept: Object.entries(z.record(z.string(), Entry).parse(entries)).map(
    ([name, entry]) => [versionOf(name), entry] as const,
  ),
}));

/** By the clock of the process that drew the id. */
const firstOf = (id: number): Entry => ({ ...initial, attempt: 0, at: createdOf(id) });

/** All entries that are known of an execution, by version, in order. */
export function entriesOf(
  record: ExecutionRecord,
  kept: Iterable<readonly [number, Entry]>,
): ReadonlyMap<number, Entry> {
  const known = [[1, firstOf(record.id)], ...kept, [record.version, entryOf(record)]] as const;
  return new Map([...new Map(known)].toSorted(([one], [other]) => one - other));
}

/**
 * The history of an execution, `undefined` where there is none. A read unit; one more for what is not there, or
 * only just.
 */
export async function readHistory(store: Store, id: number): Promise<History | undefined> {
  const { client, tables } = store;
  const [[found], { Item }] = await Promise.all([
    readBatch(client, executionReads.recordsByIds.params(tables, { ids: [id] }), ExecutionRecord),
    client.send(new GetCommand(historyPatterns.historyById.params(tables, { id }))),
  ]);
  const record = found ?? (await readRecord(store, id));
  const kept = Item === undefined ? [] : HistoryItem.parse(Item).kept;
  return record && tell(record, entriesOf(record, kept));
}
