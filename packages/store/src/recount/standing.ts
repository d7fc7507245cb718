/**
 * What the counters have to have of an execution while changes are on their way to them, pure. The ledger says what
 * is counted: what the table is ahead of it comes with the stream, as long as the stream keeps it.
 */
import { isFinal, type Status } from "@attune/domain/lifecycle";
import { type Entry, statusOf, versionOf } from "../counters/fold.ts";
import type { Seen } from "./seen.ts";

/** The stream keeps a record for a day: what has not come an hour later does not come. */
export const IN_FLIGHT_MS = 25 * 3_600_000;

/** A page of the ledger whose executions are final is kept for a week: what is missing earlier is lost. */
const KEPT_MS = 6 * 24 * 3_600_000;

/**
 * `late`: the table is ahead, and the stream brings it. `wrong`: the ledger says what is not so, or does not know
 * what it has to.
 */
export interface Standing {
  /** What is to be counted now; `null`: nothing yet. */
  readonly status: Status | null;
  readonly ledger: "right" | "late" | "wrong";
}

/** Whether the ledger may have forgotten an execution, which is as it was counted then. @param now Unix time in ms */
export const mayBeForgotten = ({ status, changedAt }: Seen, now: number): boolean =>
  isFinal(status) && now - changedAt > KEPT_MS;

/** Whether the ledger knows a newer change than the one that was read. */
export const isAhead = (entry: Entry | undefined, { version }: Seen): boolean =>
  entry !== undefined && versionOf(entry) > version;

/**
 * @param seen as the table has it; if the ledger is ahead of it, as a consistent read has it
 * @param now Unix time in milliseconds
 */
export function standingOf(seen: Seen, entry: Entry | undefined, now: number): Standing {
  const age = now - seen.changedAt;
  if (entry === undefined) {
    if (age < IN_FLIGHT_MS) return { status: null, ledger: "late" };
    return { status: seen.status, ledger: mayBeForgotten(seen, now) ? "right" : "wrong" };
  }
  const counted = statusOf(entry);
  // The handoff changes the version alone, and is not written: see fold.ts.
  if (counted === seen.status && !isAhead(entry, seen)) return { status: counted, ledger: "right" };
  const isLate = versionOf(entry) < seen.version && age < IN_FLIGHT_MS;
  return isLate ? { status: counted, ledger: "late" } : { status: seen.status, ledger: "wrong" };
}
