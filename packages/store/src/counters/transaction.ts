/** Transactions: what one takes, and losing to another one. */
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { counterPatterns } from "../access-patterns/counters.ts";
import type { Store } from "../store.ts";
import type { Sums } from "./sums.ts";

/** The attributes that something writes: item → names. */
export type Writes = ReadonlyMap<string, readonly string[]>;

/**
 * What a transaction takes: a hundred items, and expressions of 4 KB, in which a name stands twice.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const LIMITS = { items: 100, attributes: 180 };

function count<T>(all: Iterable<T>, holds: (one: T) => boolean): number {
  let sum = 0;
  for (const one of all) if (holds(one)) sum++;
  return sum;
}

/** Cuts what is to be written into as few transactions as its order allows. */
export function cut<T>(
  all: readonly T[],
  writesOf: (one: T) => Writes,
  { items, attributes } = LIMITS,
): T[][] {
  const transactions: T[][] = [];
  let open = new Map<string, Set<string>>();
  const fits = (writes: Writes) =>
    open.size + count(writes.keys(), (key) => !open.has(key)) <= items &&
    [...writes].every(([key, names]) => {
      const there = open.get(key) ?? new Set();
      return there.size + count(names, (name) => !there.has(name)) <= attributes;
    });
  for (const one of all) {
    const writes = writesOf(one);
    if (transactions.length > 0 && fits(writes)) transactions.at(-1)?.push(one);
    else {
      transactions.push([one]);
      open = new Map();
    }
    for (const [key, names] of writes) {
      const there = open.get(key) ?? new Set();
      open.set(key, there);
      for (const name of names) there.add(name);
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
    Update: counterPatterns.addToCounter.params(tables, { key, changes }),
  }));

/** Writes all or nothing. */
export async function transact(
  store: Store,
  TransactItems: NonNullable<TransactWriteCommandInput["TransactItems"]>,
): Promise<void> {
  await store.client.send(new TransactWriteCommand({ TransactItems }));
}
