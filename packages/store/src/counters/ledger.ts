/** The pages of the ledger: for each of up to ninety executions, the newest change that is counted. */
import { Positive } from "@attune/domain/numbers";
import * as z from "zod/mini";
import { type Contribution, type Entry, isSettled } from "./fold.ts";
import { ledgerKey } from "./keys.ts";

/** The name of a page begins with its first id, and the others come within a minute: so far after it, they are below this. */
const NEAR = 2 ** 30;

/** An entry is named by how far its id is from the page's, for its size; one that is not near by its id as it is. */
function entryKey(page: string, id: number): string {
  const after = id - parseInt(page.slice(ledgerKey("").length), 36);
  return after >= 0 && after < NEAR ? after.toString(36) : `=${id.toString(36)}`;
}

export const LedgerPage = z.object({
  key: z.string(),
  /** Name of an execution's entry → entry. */
  entries: z.record(z.string(), z.int()),
  /** Counts the writes of the page, from 1. */
  revision: Positive,
});
export interface LedgerPage extends z.infer<typeof LedgerPage> {
  /** The second from which DynamoDB may delete it. */
  readonly expires?: number;
}

/**
 * A stream keeps a record for a day, and redelivers none after that: a page whose executions are all
 * final is of no use then. A week is for whoever has to look.
 */
const KEPT_SECONDS = 7 * 24 * 3_600;

/** What a page has of an execution. */
export const entryOf = (page: LedgerPage | undefined, id: number): Entry | undefined =>
  page?.entries[entryKey(page.key, id)];

/** A page with the entries of some contributions, one revision on. */
export function advancePage(
  key: string,
  page: LedgerPage | undefined,
  contributions: readonly Contribution[],
  now: Date,
): LedgerPage {
  const entries = {
    ...page?.entries,
    ...Object.fromEntries(contributions.map(({ id, entry }) => [entryKey(key, id), entry])),
  };
  const expires = Math.floor(now.getTime() / 1_000) + KEPT_SECONDS;
  return {
    key,
    entries,
    revision: (page?.revision ?? 0) + 1,
    ...(Object.values(entries).every(isSettled) ? { expires } : {}),
  };
}
