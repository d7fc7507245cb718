/** Executions whose results are searched, on a real engine, and what a search has to find by filtering an array. */
import { type Filter, meets } from "@attune/domain/filter";
import type { IdRange } from "@attune/domain/ids";
import { idOf } from "@attune/domain/ids";
import type { Status } from "@attune/domain/lifecycle";
import type { Order } from "@attune/store/access-patterns/executions-read";
import { indexKeysOf } from "@attune/store/index-keys";
import { type Payload, savePayload } from "@attune/store/payloads";
import type { Final } from "@attune/store/search/save-segments";
import { type SearchRequest, searchResults } from "@attune/store/search/search-results";
import type { Store } from "@attune/store/store";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";

/** An execution, and its result as it came in. */
export interface Known {
  readonly id: number;
  readonly status: Status;
  readonly action_ref: string;
  readonly enforcement?: number | undefined;
  readonly parent?: number | undefined;
  readonly executor?: number | undefined;
  readonly original_execution?: number | undefined;
  readonly text?: string | undefined;
}

/** Any day will do: a search knows no clock. */
export const START_MS = Date.UTC(2026, 10, 22);
export const idAt = (seconds: number, slot = 0) =>
  idOf(START_MS + Math.round(seconds * 1_000), slot);

async function finalOf(store: Store, { text, ...known }: Known): Promise<Final> {
  if (text === undefined) return known;
  const result: Payload = await savePayload(store, known.id, "result", text);
  return { ...known, result };
}

/** Stores executions as if they had lived: what the stream would say of them. */
export async function storeExecutions(store: Store, all: readonly Known[]): Promise<Final[]> {
  const finals = await Promise.all(all.map((known) => finalOf(store, known)));
  for (let at = 0; at < finals.length; at += 25) {
    const puts = finals.slice(at, at + 25).map((final) => ({
      PutRequest: {
        Item: {
          ...final,
          ...indexKeysOf(final, store.shards),
          owner: "worker",
          version: 7,
          attempt: 1,
          pool: "default",
          updated: new Date(START_MS).toISOString(),
          idempotency_key: `k${final.id}`,
          ledger: "page",
        },
      },
    }));
    await store.client.send(
      new BatchWriteCommand({ RequestItems: { [store.tables.Executions]: puts } }),
    );
  }
  return finals;
}

type SearchFilter = SearchRequest["filter"];

const namesOf = (filter: Filter) => Object.keys(filter) as (keyof Filter)[];

/** Ids, in order. */
export function expected(
  all: readonly Known[],
  filter: SearchFilter,
  { from = 0, below = Number.MAX_SAFE_INTEGER }: IdRange,
  order: Order,
): number[] {
  const sign = order === "newest" ? -1 : 1;
  return all
    .filter(({ id }) => id >= from && id < below)
    .filter(({ text, ...known }) => meets(filter, { ...known, result: text }, namesOf(filter)))
    .map(({ id }) => id)
    .sort((one, other) => (one - other) * sign);
}

/** A search to its end; `stopAfter` chunks it is begun anew from where it was, as with a cursor. */
export async function found(
  store: Store,
  filter: SearchFilter,
  range: IdRange,
  order: Order,
  stopAfter = Number.POSITIVE_INFINITY,
) {
  const ids: number[] = [];
  let looked = 0;
  let units = 0;
  let requests = 0;
  let rest: IdRange | undefined = range;
  while (rest !== undefined) {
    requests++;
    let chunks = 0;
    let next: IdRange | undefined;
    for await (const chunk of searchResults(store, { filter, range: rest, order })) {
      ids.push(...chunk.matches.map(({ id }) => id));
      looked += chunk.looked;
      units += chunk.units;
      if (chunk.isLast) next = undefined;
      else
        next =
          order === "newest" ? { ...rest, below: chunk.last } : { ...rest, from: chunk.last + 1 };
      if (++chunks === stopAfter) break;
    }
    rest = next;
  }
  return { ids, looked, units, requests };
}
