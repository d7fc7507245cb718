/** Reading counters between two looks at the ledger and the heads: what has not changed between them is of one moment. */
import { type Contribution, contributionOf } from "../counters/fold.ts";
import { ledgerKey } from "../counters/keys.ts";
import { entryOf } from "../counters/ledger.ts";
import { readState, type State } from "../counters/state.ts";
import { readRecord } from "../read-execution.ts";
import type { Store } from "../store.ts";
import { type Seen, seenOf } from "./seen.ts";
import { isAhead, mayBeForgotten, type Standing, standingOf } from "./standing.ts";

/** An execution, and what is to be counted of it. */
export interface Stood extends Standing {
  readonly seen: Seen;
}

/** What an execution adds to counters that have it right: on the first writer's heads, and on its groups. */
export function contributionOfStood({ seen, status }: Stood): Contribution | undefined {
  return status === null ? undefined : contributionOf({ ...seen, status }, undefined);
}

/** Reads the newer ones of executions that the ledger knows a newer change of; one that is gone is left out. */
async function refresh(store: Store, { pages }: State, seen: readonly Seen[]): Promise<Seen[]> {
  const fresh = await Promise.all(
    seen.map(async (one) => {
      if (!isAhead(entryOf(pages.get(ledgerKey(one.ledger)), one.id), one)) return one;
      const record = await readRecord(store, one.id);
      return record && seenOf(record);
    }),
  );
  return fresh.filter((one) => one !== undefined);
}

export interface Standings {
  readonly stood: readonly Stood[];
  readonly state: State;
}

/** The pages of the ledger that know some executions. */
function keysOf(store: Store, seen: readonly Seen[]): Set<string> {
  const now = store.now().getTime();
  return new Set(
    seen.filter((one) => !mayBeForgotten(one, now)).map(({ ledger }) => ledgerKey(ledger)),
  );
}

function standings(store: Store, seen: readonly Seen[], state: State): Standings {
  const now = store.now().getTime();
  const stood = seen.map((one) => {
    const entry = entryOf(state.pages.get(ledgerKey(one.ledger)), one.id);
    return { seen: one, ...standingOf(one, entry, now) };
  });
  return { stood, state };
}

/** Where some executions stand. A unit for each page. */
export async function stand(store: Store, seen: readonly Seen[]): Promise<Standings> {
  const state = await readState(store, keysOf(store, seen), new Set());
  return standings(store, await refresh(store, state, seen), state);
}

/**
 * Reads something while neither the ledger of some executions nor what matters of some heads changes; `undefined` where
 * it did. A unit for each page and each head, twice.
 */
export async function look<T>(
  store: Store,
  of: { seen: readonly Seen[]; heads: readonly string[] },
  read: (state: State) => Promise<T>,
  isSame: (before: State, after: State) => boolean = () => true,
): Promise<(Standings & { readonly read: T }) | undefined> {
  const [pages, heads] = [keysOf(store, of.seen), new Set(of.heads)];
  const state = await readState(store, pages, heads);
  const seen = await refresh(store, state, of.seen);
  const result = await read(state);
  const after = await readState(store, pages, heads);
  // A page that has expired meanwhile has not changed.
  const hasMoved = [...after.pages].some(
    ([key, { revision }]) => state.pages.get(key)?.revision !== revision,
  );
  if (hasMoved || !isSame(state, after)) return undefined;
  return { ...standings(store, seen, state), read: result };
}
