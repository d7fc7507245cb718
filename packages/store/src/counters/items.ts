/** The items of counters, parsed: names of attributes and their numbers. */
import * as z from "zod";
import { accessPatterns } from "../access-patterns/index.ts";
import { readBatch } from "../batch.ts";
import type { Store } from "../store.ts";

export type Fields = Readonly<Record<string, number>>;

export const CounterItem = z.looseObject({ key: z.string() }).transform(({ key, ...fields }) => ({
  key,
  fields: z.record(z.string(), z.int()).parse(fields),
}));

/** Fields of an item; one that is not there yet has none. */
export type Items = (key: string) => Fields;

const none: Fields = {};

export const itemsOf = (items: Iterable<z.infer<typeof CounterItem>>): Items => {
  const byKey = new Map(Array.from(items, ({ key, fields }) => [key, fields]));
  return (key) => byKey.get(key) ?? none;
};

/** Some items by key, in one request a hundred: half a read unit for 4 KB, one where the read is consistent. */
export async function readItems(
  store: Store,
  keys: Iterable<string>,
  { consistent = false } = {},
): Promise<Items> {
  const params = accessPatterns.countersByKeys.params(store.tables, {
    keys: [...new Set(keys)],
    consistent,
  });
  return itemsOf(await readBatch(store.client, params, CounterItem));
}
