/** What the counting of some changes begins with: the ledger's pages and the heads, in one read. */
import * as z from "zod/mini";
import { counterPatterns } from "../access-patterns/counters.ts";
import { readBatch } from "../batch.ts";
import type { Store } from "../store.ts";
import { CounterItem, type Fields } from "./items.ts";
import { LedgerPage } from "./ledger.ts";

export interface State {
  /** By the item's key, those that are there. */
  readonly pages: Map<string, LedgerPage>;
  readonly heads: ReadonlyMap<string, Fields>;
}

/** The pages and heads with some keys as they are now, a unit each. */
export async function readState(
  store: Store,
  pageKeys: ReadonlySet<string>,
  headKeys: ReadonlySet<string>,
): Promise<State> {
  const keys = [...pageKeys, ...headKeys];
  const params = counterPatterns.countersByKeys.params(store.tables, { keys, consistent: true });
  const items = await readBatch(store.client, params, z.looseObject({ key: z.string() }));
  const [pages, heads] = [pageKeys, headKeys].map((some) =>
    items.filter(({ key }) => some.has(key)),
  );
  return {
    pages: new Map(
      z
        .array(LedgerPage)
        .parse(pages)
        .map((page) => [page.key, page]),
    ),
    heads: new Map(
      z
        .array(CounterItem)
        .parse(heads)
        .map(({ key, fields }) => [key, fields]),
    ),
  };
}
