/** The pages of the ledger: for each of up to 64 executions, the newest change that is counted. */
import * as z from "zod/mini";
import { type Contribution, type Entry, isSettled } from "./fold.ts";

const entryKey = (id: number) => id.toString(36);

export const LedgerPage = z.object({
  key: z.string(),
  /** Execution id, in base 36 for its size → entry. */
  entries: z.record(z.string(), z.int()),
  /** Counts the writes of the page, from 1. */
  revision: z.int().check(z.minimum(1)),
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
  page?.entries[entryKey(id)];

/** A page with the entries of some contributions, one revision on. */
export function advancePage(
  key: string,
  page: LedgerPage | undefined,
  contributions: readonly Contribution[],
  now: Date,
): LedgerPage {
  const entries = {
    ...page?.entries,
    ...Object.fromEntries(contributions.map(({ id, entry }) => [entryKey(id), entry])),
  };
  const expires = Math.floor(now.getTime() / 1_000) + KEPT_SECONDS;
  return {
    key,
    entries,
    revision: (page?.revision ?? 0) + 1,
    ...(Object.values(entries).every(isSettled) ? { expires } : {}),
  };
}
