/** The plain way to answer a list: query the index, skip by reading, and count by reading all of it. */
import { type Filter, meets, namesOf } from "@attune/domain/filter";
import { idOf } from "@attune/domain/ids";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readBatch } from "@attune/store/batch";
import { FEED, partitionsOf } from "@attune/store/index-keys";
import { Row } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { type Index, type IndexName, tables } from "@attune/topology/tables";
import { QueryCommand, type QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
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

/** What the index does not answer, and its entries have to be tested on. */
const openIn = ({ filter }: ListQuery, { index }: Path) =>
  namesOf(filter).filter((name) => name !== answeredBy[index]);

type Reading = Pick<QueryCommandInput, "Select" | "Limit" | "ExclusiveStartKey">;

/** One query, of a megabyte at most. */
function read(
  store: Store,
  { created_after, created_before, sort }: ListQuery,
  { index, key }: Path,
  reading: Reading,
) {
  const { hashKey }: Index = tables.Executions.globalIndexes[index];
  return store.client.send(
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
      ...reading,
    }),
  );
}

/** Goes past `limit` entries, or all; where it has come to, which is nowhere at the end. */
async function skip(store: Store, query: ListQuery, path: Path, limit = Number.POSITIVE_INFINITY) {
  let skipped = 0;
  let ExclusiveStartKey: Reading["ExclusiveStartKey"];
  while (skipped < limit) {
    const { Count = 0, LastEvaluatedKey } = await read(store, query, path, {
      ...{ Select: "COUNT", ExclusiveStartKey },
      ...(Number.isFinite(limit) ? { Limit: limit - skipped } : {}),
    });
    skipped += Count;
    ExclusiveStartKey = LastEvaluatedKey;
    if (LastEvaluatedKey === undefined) break;
  }
  return { skipped, ExclusiveStartKey };
}

const Entry = z.required(z.partial(Row), { id: true });

/** The first entries that match, or all. */
async function find(store: Store, query: ListQuery, path: Path, enough: number): Promise<number[]> {
  const open = openIn(query, path);
  const matches: number[] = [];
  let ExclusiveStartKey: Reading["ExclusiveStartKey"];
  do {
    const answer = await read(store, query, path, { ExclusiveStartKey });
    for (const item of answer.Items ?? []) {
      const entry = Entry.parse(item);
      if (meets(query.filter, entry, open)) matches.push(entry.id);
    }
    ExclusiveStartKey = answer.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && matches.length < enough);
  return matches.slice(0, enough);
}

/** Counts by reading: what each page costs beside itself. */
export async function countPlainly(store: Store, query: ListQuery, path: Path): Promise<number> {
  if (openIn(query, path).length === 0) return (await skip(store, query, path)).skipped;
  return (await find(store, query, path, Number.POSITIVE_INFINITY)).length;
}

interface Page {
  readonly offset: number;
  readonly size: number;
}

async function idsOn(store: Store, query: ListQuery, path: Path, { offset, size }: Page) {
  if (openIn(query, path).length > 0)
    return (await find(store, query, path, offset + size)).slice(offset);
  const { ExclusiveStartKey } = await skip(store, query, path, offset);
  const { Items = [] } = await read(store, query, path, { Limit: size, ExclusiveStartKey });
  return Items.map(({ id }) => Number(id));
}

/** A page by skipping what comes before it, and its rows. */
export async function readPlainly(store: Store, query: ListQuery, path: Path, page: Page) {
  const ids = await idsOn(store, query, path, page);
  const params = accessPatterns.rowsByIds.params(store.tables, { ids });
  await readBatch(store.client, params, Row);
  return ids;
}
