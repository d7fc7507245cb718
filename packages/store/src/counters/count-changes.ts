/** Counting a batch of changes: exactly once, whatever is delivered twice, late or in other batches. */
import { setTimeout as wait } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { counterPatterns } from "../access-patterns/counters.ts";
import type { Store } from "../store.ts";
import { addToDirectory } from "./directory.ts";
import { type Change, type Contribution, contributionOf, isSettled, newestOfEach } from "./fold.ts";
import { headKey, ledgerKey } from "./keys.ts";
import { advancePage, entryOf, type LedgerPage } from "./ledger.ts";
import { spill } from "./spill.ts";
import { readState } from "./state.ts";
import { sumAll } from "./sums.ts";
import { wideCountersOf } from "./tally.ts";
import { additionsTo, cut, namesIn, transact, type Writes } from "./transaction.ts";

const TRIES = 10;

const writesOf = ({ ledger, differences }: Contribution): Writes =>
  new Map([[ledgerKey(ledger), []], ...namesIn(differences)]);

/**
 * Orders to cut contributions in: what shares a page stays together; or what shares heads; or what goes on together, and
 * then what ends, by age. Ends share a page and items of groups with those of nearly the same age alone.
 */
const orders: readonly ((one: Contribution) => string | number)[] = [
  ({ ledger }) => ledger,
  ({ differences }) => [...differences.keys()].join(),
  ({ entry, id }) => (isSettled(entry) ? id : id - Number.MAX_SAFE_INTEGER),
];

interface Written {
  readonly one: Contribution;
  readonly writes: Writes;
}

const itemsIn = (transactions: readonly (readonly Written[])[]) =>
  transactions.reduce(
    (sum, some) => sum + new Set(some.flatMap(({ writes }) => [...writes.keys()])).size,
    0,
  );

/**
 * Cuts contributions into transactions: an item that is in two of them is written twice, so they are tried in
 * more than one order.
 */
export function cutIntoTransactions(contributions: readonly Contribution[]): Contribution[][] {
  const written = contributions.map((one): Written => ({ one, writes: writesOf(one) }));
  const cuts = orders.map((keyOf) => {
    const keyed = written.map((each) => ({ ...each, key: keyOf(each.one) }));
    const sorted = keyed.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    return cut(sorted, ({ writes }) => writes);
  });
  const best = cuts.reduce((least, other) => (itemsIn(other) < itemsIn(least) ? other : least));
  return best.map((some) => some.map(({ one }) => one));
}

/** Writes one transaction, on the condition that the pages are as they were read; puts them forward. */
async function write(
  store: Store,
  pages: Map<string, LedgerPage>,
  contributions: readonly Contribution[],
): Promise<void> {
  const advanced = [...Map.groupBy(contributions, ({ ledger }) => ledgerKey(ledger))].map(
    ([key, some]) => advancePage(key, pages.get(key), some, store.now()),
  );
  await transact(store, [
    ...advanced.map((page) => ({ Put: counterPatterns.putLedgerPage.params(store.tables, page) })),
    ...additionsTo(store, sumAll(contributions.map(({ differences }) => differences))),
  ]);
  for (const page of advanced) pages.set(page.key, page);
}

async function countOnce(store: Store, changes: readonly Change[], writer: number): Promise<void> {
  const newest = newestOfEach(changes);
  const actions = [...new Set(newest.map(({ membership }) => membership.action_ref))];
  const counters = new Map(
    actions
      .flatMap((action_ref) => wideCountersOf({ action_ref }))
      .map((counter) => [headKey(counter, writer), counter]),
  );
  const { pages, heads } = await readState(
    store,
    new Set(newest.map(({ ledger }) => ledgerKey(ledger))),
    new Set(counters.keys()),
  );
  await addToDirectory(
    store,
    actions.filter((of) => !heads.has(headKey({ kind: "action", of }, writer))),
  );
  await Promise.all(
    [...counters].map(([key, counter]) =>
      spill(store, { key, counter, fields: heads.get(key) ?? {} }),
    ),
  );
  const contributions = newest.flatMap((change) => {
    const page = pages.get(ledgerKey(change.ledger));
    return contributionOf(change, entryOf(page, change.id), writer) ?? [];
  });
  for (const some of cutIntoTransactions(contributions)) await write(store, pages, some);
}

/** Each process adds to heads of its own, as far as there are shards for it. */
const drawn = Math.random();

/**
 * Counts some changes. Each transaction writes the ledger's pages, on the condition that they are as
 * they were read, together with the counters: both or neither. One that is cancelled, since
 * somebody else counted at the same time, starts again from the ledger.
 *
 * @param writer whose heads it adds to, from 0 to below the store's `shards`
 * @throws TransactionCanceledException when others keep being faster
 */
export async function countChanges(
  store: Store,
  changes: readonly Change[],
  writer = Math.floor(drawn * store.shards),
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await countOnce(store, changes, writer);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException) || attempt === TRIES) throw error;
      await wait(Math.random() * 20 * 2 ** attempt);
    }
  }
}
