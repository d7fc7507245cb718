/** The plain way to answer a list: query the index, skip by reading, and count by reading all of it. */
import { type Filter, meets, namesOf } from "@attune/domain/filter";
import { idOf } from "@attune/domain/ids";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readBatch } from "@attune/store/batch";
import { FEED, partitionsOf } from "@attune/store/index-keys";
import { Row } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { type Index, type IndexName, tables } from "@attune/topology/tables";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { ListQuery } from "../../test/fixtures/list-model.ts";

interface Path {
  readonly index: IndexName;
  readonly key: string | number;
}

const first = (value: string) => partitionsOf(value, 1)[0] ?? value;

type KeyOf = (filter: Filter) => string | number | undefined;

/** Index → the value of its key that a filter names: one value each. */
const keyIn: Partial<Record<IndexName, KeyOf>> = {
  by_original: ({ original_execution }) => original_execution,
  by_parent: ({ parent }) => parent,
  by_enforcement: ({ enforcement }) => enforcement,
  by_action: ({ action_ref = [] }) =>
    action_ref.length === 1 ? first(action_ref.join()) : undefined,
  by_pack: ({ pack_name }) => (pack_name === undefined ? undefined : first(pack_name)),
  by_status: ({ status = [] }) => (status.length === 1 ? first(status.join()) : undefined),
  by_feed: () => first(FEED),
};

/** Filter → what an index's entry must tell to be tested on it, beside its key. */
const factOf: Readonly<Record<string, string>> = { pack_name: "action_ref", top_level: "parent" };
const answeredBy: Partial<Record<IndexName, string>> = {
  by_original: "original_execution",
  by_parent: "parent",
  by_enforcement: "enforcement",
  by_action: "action_ref",
  by_pack: "pack_name",
  by_status: "status",
};

/** The first index whose entries tell all that the filter asks; `undefined` where none does. */
export function plainPath(filter: Filter): Path | undefined {
  for (const [index, keyOf] of Object.entries(keyIn) as [IndexName, KeyOf][]) {
    const key = keyOf(filter);
    const { projection = [] }: Index = tables.Executions.globalIndexes[index];
    const open = namesOf(filter).filter((name) => name !== answeredBy[index]);
    if (key !== undefined && open.every((name) => projection.includes(factOf[name] ?? name)))
      return { index, key };
  }
  return undefined;
}

const idAt = (time: string) => idOf(Date.parse(time), 0);

/** Reads entries in the list's order, a megabyte at a time; stops after `enough` that match. */
async function read(
  store: Store,
  { filter, created_after, created_before, sort }: ListQuery,
  { index, key }: Path,
  enough: number,
) {
  const { hashKey }: Index = tables.Executions.globalIndexes[index];
  const open = namesOf(filter).filter((name) => name !== answeredBy[index]);
  const matches: number[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await store.client.send(
      new QueryCommand({
        TableName: store.tables.Executions,
        IndexName: index,
        KeyConditionExpression: "#key = :key AND #id BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#key": hashKey, "#id": "id" },
        ExpressionAttributeValues: {
          ":key": key,
          ":from": created_after === undefined ? 0 : idAt(created_after),
          ":to": created_before === undefined ? Number.MAX_SAFE_INTEGER : idAt(created_before) - 1,
        },
        ScanIndexForward: sort === "created",
        ...(open.length === 0 && enough < 5_000 ? { Limit: enough } : {}),
        ExclusiveStartKey,
      }),
    );
    for (const item of Items) {
      const entry = Row.partial().required({ id: true }).parse(item);
      if (meets(filter, entry, open)) matches.push(entry.id);
    }
    ExclusiveStartKey = LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && matches.length < enough);
  return matches.slice(0, enough);
}

/** Counts by reading: what each page costs beside itself. */
export async function countPlainly(store: Store, query: ListQuery, path: Path): Promise<number> {
  return (await read(store, query, path, Number.POSITIVE_INFINITY)).length;
}

/** A page by skipping what comes before it, and its rows. */
export async function readPlainly(
  store: Store,
  query: ListQuery,
  path: Path,
  page: { readonly offset: number; readonly size: number },
): Promise<number[]> {
  const ids = (await read(store, query, path, page.offset + page.size)).slice(page.offset);
  const params = accessPatterns.rowsByIds.params(store.tables, { ids });
  await readBatch(store.client, params, Row);
  return ids;
}
