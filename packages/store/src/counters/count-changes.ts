/** Counting a batch of changes: exactly once, whatever is delivered twice, late or in other batches. */
import { setTimeout as wait } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { accessPatterns } from "../access-patterns/index.ts";
import type { Store } from "../store.ts";
import {
  type Change,
  type Contribution,
  contributionOf,
  newestOfEach,
  sumContributions,
} from "./fold.ts";
import { counterKeys } from "./keys.ts";
import { advancePage, entryOf, type LedgerPage, readPages } from "./ledger.ts";

/** What a transaction takes at most. */
const ITEMS_A_TRANSACTION = 100;
const TRIES = 10;

/** The items that a contribution writes: its page of the ledger, and its counters. */
const itemsOf = ({ ledger, differences }: Contribution) => [
  counterKeys.ledger(ledger),
  ...differences.keys(),
];

/**
 * Cuts contributions into as few transactions as their items allow. Those of one page stay
 * together as far as they fit: a page written twice costs twice.
 */
export function cutIntoTransactions(
  contributions: readonly Contribution[],
  limit = ITEMS_A_TRANSACTION,
): Contribution[][] {
  const transactions: Contribution[][] = [];
  let open: Contribution[] = [];
  let items = new Set<string>();
  for (const contribution of contributions.toSorted((a, b) => (a.ledger < b.ledger ? -1 : 1))) {
    const own = itemsOf(contribution);
    if (new Set([...items, ...own]).size > limit) {
      transactions.push(open);
      open = [];
      items = new Set();
    }
    for (const item of own) items.add(item);
    open.push(contribution);
  }
  return open.length > 0 ? [...transactions, open] : transactions;
}

/** Writes one transaction, on the condition that the pages are as they were read; puts them forward. */
async function write(
  store: Store,
  pages: Map<string, LedgerPage>,
  contributions: readonly Contribution[],
): Promise<void> {
  const advanced = [...Map.groupBy(contributions, ({ ledger }) => counterKeys.ledger(ledger))].map(
    ([key, some]) => advancePage(key, pages.get(key), some, store.now()),
  );
  const pageWrites = advanced.map((page) => ({
    Put: accessPatterns.putLedgerPage.params(store.tables, page),
  }));
  const counterWrites = [...sumContributions(contributions)].map(([key, changes]) => ({
    Update: accessPatterns.addToCounter.params(store.tables, { key, changes }),
  }));
  await store.client.send(
    new TransactWriteCommand({ TransactItems: [...pageWrites, ...counterWrites] }),
  );
  for (const page of advanced) pages.set(page.key, page);
}

async function countOnce(store: Store, changes: readonly Change[]): Promise<void> {
  const pages = await readPages(
    store,
    changes.map(({ ledger }) => ledger),
  );
  const contributions = newestOfEach(changes).flatMap((change) => {
    const page = pages.get(counterKeys.ledger(change.ledger));
    return contributionOf(change, entryOf(page, change.id)) ?? [];
  });
  for (const some of cutIntoTransactions(contributions)) await write(store, pages, some);
}

/**
 * Counts some changes. Each transaction writes the ledger's pages, on the condition that they are as
 * they were read, together with the counters: both or neither. One that is cancelled, since
 * somebody else counted at the same time, starts again from the ledger.
 *
 * @throws TransactionCanceledException when others keep being faster
 */
export async function countChanges(store: Store, changes: readonly Change[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await countOnce(store, changes);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException) || attempt === TRIES) throw error;
      await wait(Math.random() * 20 * 2 ** attempt);
    }
  }
}
