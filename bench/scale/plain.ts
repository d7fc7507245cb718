/** The plain way to answer a list: query the index, skip by reading, and count by reading all of it. */
import { type Filter, meets, namesOf } from "@attune/domain/filter";
import { idOf } from "@attune/domain/ids";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readBatch } from "@attune/store/batch";
import { FEED, partitionsOf, statusValuesOf } from "@attune/store/index-keys";
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
  by_status: ({ status = [] }) => {
    const [value, ...others] = statusValuesOf(status);
    return value?.statuses.length === 1 && others.length === 0 ? first(value.name) : undefined;
  },
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

const Entry = z.required(z.partial(Row), { id: true });

/** Where a reading has come to in the order of the list; `undefined` is its beginning, and its end. */
export type Position = Reading["ExclusiveStartKey"];

/** What was read of a list from a position on. */
interface Part {
  readonly matches: number;
  /** Of the matches, where their entries were read and not just counted. */
  readonly ids: readonly number[];
  readonly position: Position;
}

/** Counts entries up to a limit, all of which match. */
async function countOn(
  store: Store,
  query: ListQuery,
  path: Path,
  start: Position,
  limit: number,
): Promise<Part> {
  let matches = 0;
  let position = start;
  do {
    const { Count = 0, LastEvaluatedKey } = await read(store, query, path, {
      ...{ Select: "COUNT", ExclusiveStartKey: position },
      ...(Number.isFinite(limit) ? { Limit: limit - matches } : {}),
    });
    matches += Count;
    position = LastEvaluatedKey;
  } while (position !== undefined && matches < limit);
  return { matches, ids: [], position };
}

/** Reads entries until enough of them match, and comes to the last of those. */
async function findOn(
  store: Store,
  query: ListQuery,
  path: Path,
  start: Position,
  enough: number,
): Promise<Part> {
  const open = openIn(query, path);
  const { hashKey }: Index = tables.Executions.globalIndexes[path.index];
  const ids: number[] = [];
  let position = start;
  do {
    const answer = await read(store, query, path, { ExclusiveStartKey: position });
    for (const item of answer.Items ?? []) {
      const entry = Entry.parse(item);
      if (meets(query.filter, entry, open)) ids.push(entry.id);
    }
    position = answer.LastEvaluatedKey;
  } while (position !== undefined && ids.length < enough);
  const found = ids.slice(0, enough);
  const last = found.at(-1);
  return ids.length < enough || last === undefined
    ? { matches: found.length, ids: found, position }
    : { matches: found.length, ids: found, position: { [hashKey]: path.key, id: last } };
}

/** Goes past some matches, or past all: what comes before a page, or what counting it takes. */
export async function passOver(
  store: Store,
  query: ListQuery,
  path: Path,
  start: Position,
  limit = Number.POSITIVE_INFINITY,
): Promise<Position> {
  if (limit === 0) return start;
  const pass = openIn(query, path).length === 0 ? countOn : findOn;
  return (await pass(store, query, path, start, limit)).position;
}

/** The rows of a page that begins at a position. */
export async function readPlainly(
  store: Store,
  query: ListQuery,
  path: Path,
  start: Position,
  size: number,
) {
  const isOpen = openIn(query, path).length > 0;
  const { ids } = isOpen
    ? await findOn(store, query, path, start, size)
    : await read(store, query, path, { Limit: size, ExclusiveStartKey: start }).then(
        ({ Items = [] }) => ({ ids: Items.map(({ id }) => Number(id)) }),
      );
  const params = accessPatterns.rowsByIds.params(store.tables, { ids });
  await readBatch(store.client, params, Row);
}
