/** Transactions: what one takes, and losing to another one. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { accessPatterns } from "../access-patterns/index.ts";
import type { Store } from "../store.ts";
import type { Sums } from "./sums.ts";

/** The attributes that something writes: item → names. */
export type Writes = ReadonlyMap<string, readonly string[]>;

/**
 * What a transaction takes: a hundred items, and expressions of 4 KB, in which a name stands twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const LIMITS = { items: 100, attributes: 180 };

/** Cuts what is to be written into as few transactions as its order allows. */
export function cut<T>(
  all: readonly T[],
  writesOf: (one: T) => Writes,
  { items, attributes } = LIMITS,
): T[][] {
  const transactions: T[][] = [];
  let open = new Map<string, Set<string>>();
  for (const one of all) {
    const writes = writesOf(one);
    const after = new Map(open);
    for (const [key, names] of writes)
      after.set(key, new Set([...(open.get(key) ?? []), ...names]));
    const fits = after.size <= items && [...after.values()].every(({ size }) => size <= attributes);
    if (fits && transactions.length > 0) {
      transactions.at(-1)?.push(one);
      open = after;
    } else {
      transactions.push([one]);
      open = new Map([...writes].map(([key, names]) => [key, new Set(names)]));
    }
  }
  return transactions;
}

const races = ["None", "ConditionalCheckFailed", "TransactionConflict"];

/** Whether a transaction was cancelled since somebody else wrote the same at the same time. */
export const isLostRace = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).every(({ Code = "None" }) => races.includes(Code));

/** The attributes that some sums are added to. */
export const namesIn = (sums: Sums): [key: string, names: string[]][] =>
  [...sums].map(([key, numbers]) => [key, Object.keys(numbers)]);

/** The updates that add some sums to their items. */
export const additionsTo = ({ tables }: Store, sums: Sums) =>
  [...sums].map(([key, changes]) => ({
    Update: accessPatterns.addToCounter.params(tables, { key, changes }),
  }));

/** Writes all or nothing. */
export async function transact(
  store: Store,
  TransactItems: NonNullable<TransactWriteCommandInput["TransactItems"]>,
): Promise<void> {
  await store.client.send(new TransactWriteCommand({ TransactItems }));
}
