/** The items of counters, parsed: names of attributes and their numbers. */
import { Integer } from "@attune/domain/numbers";
import * as z from "zod/mini";
import { counterPatterns } from "../access-patterns/counters.ts";
import { readBatch } from "../batch.ts";
import type { Store } from "../store.ts";

const Fields = z.record(z.string(), Integer);
export type Fields = Readonly<z.infer<typeof Fields>>;

export const CounterItem = z.pipe(
  z.looseObject({ key: z.string() }),
  z.transform(({ key, ...fields }: { readonly key: string }) => ({
    key,
    fields: Fields.parse(fields),
  })),
);

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
  const params = counterPatterns.countersByKeys.params(store.tables, {
    keys: [...new Set(keys)],
    consistent,
  });
  return itemsOf(await readBatch(store.client, params, CounterItem));
}

export type ReadItems = (keys: Iterable<string>) => Promise<Items>;

/** Reads each item once, whoever asks for it and however often: the counters as one request sees them. */
export function readItemsOnce(store: Store): ReadItems {
  const asked = new Map<string, Promise<Items>>();
  return async (keys) => {
    const wanted = [...new Set(keys)];
    const fresh = wanted.filter((key) => !asked.has(key));
    const read = readItems(store, fresh);
    for (const key of fresh) asked.set(key, read);
    const answers = await Promise.all(wanted.map((key) => asked.get(key)));
    const byKey = new Map(wanted.map((key, at) => [key, answers[at]?.(key)]));
    return (key) => byKey.get(key) ?? none;
  };
}
