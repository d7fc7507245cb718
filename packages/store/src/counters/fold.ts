/**
 * Folding changes into counts, pure. The ledger holds, for each execution, the newest change that is
 * counted: its version and its status. A change that is not newer counts nothing, so that delivering
 * twice, late or in other batches makes no difference. See docs/adr/0003-counters.md.
 */
import { isFinal, Status } from "@attune/domain/lifecycle";
import type * as z from "zod";
import { type Membership, memberCountersOf, statusCountersOf } from "./keys.ts";

/** One record of the stream: the execution as it became, or gone. */
export interface Change {
  readonly id: number;
  readonly version: number;
  /** `null`: the execution was deleted. */
  readonly status: z.infer<typeof Status> | null;
  readonly ledger: string;
  readonly membership: Membership;
}

/** Version and status of what is counted, in one number: version × 16 + place of the status. */
export type Entry = number;

const GONE = 15;
const encode = ({ version, status }: Pick<Change, "version" | "status">): Entry =>
  version * 16 + (status === null ? GONE : Status.options.indexOf(status));
const versionOf = (entry: Entry) => Math.floor(entry / 16);
const statusOf = (entry: Entry) => Status.options[entry % 16] ?? null;

/** Whether an entry stands for an execution that changes no more. */
export function isSettled(entry: Entry): boolean {
  const status = statusOf(entry);
  return status === null || isFinal(status);
}

/** What one execution adds to the counters, and its entry after that. */
export interface Contribution {
  readonly id: number;
  readonly ledger: string;
  readonly entry: Entry;
  /** Counter → field → difference, never zero. */
  readonly differences: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** The newest change of each execution: what counts is where it stands, not how it got there. */
export function newestOfEach(changes: readonly Change[]): Change[] {
  const newest = new Map<number, Change>();
  for (const change of changes) {
    const known = newest.get(change.id);
    if (known === undefined || change.version > known.version) newest.set(change.id, change);
  }
  return [...newest.values()];
}

/**
 * What an execution's newest change adds to the counters, beyond the entry that the ledger has of it;
 * `undefined` where that is nothing.
 */
export function contributionOf(
  newest: Change,
  counted: Entry | undefined,
): Contribution | undefined {
  if (counted !== undefined && versionOf(counted) >= newest.version) return undefined;
  const before = counted === undefined ? null : statusOf(counted);
  // The handoff: nothing that is counted changes, and nothing is written. That leaves the older version
  // in the ledger, which does no harm, since the lifecycle never comes back to a status it has left.
  if (before === newest.status && counted !== undefined) return undefined;

  const differences = new Map<string, Record<string, number>>();
  const add = (keys: readonly string[], field: string, difference: number) => {
    for (const key of keys) {
      const fields = differences.get(key) ?? {};
      fields[field] = (fields[field] ?? 0) + difference;
      differences.set(key, fields);
    }
  };
  const { membership } = newest;
  if (before !== null) add(statusCountersOf(membership), before, -1);
  if (newest.status !== null) add(statusCountersOf(membership), newest.status, 1);
  const members = Number(newest.status !== null) - Number(before !== null);
  if (members !== 0) add(memberCountersOf(membership), "members", members);
  return { id: newest.id, ledger: newest.ledger, entry: encode(newest), differences };
}

/** The sum of some contributions: counter → field → difference; what comes to zero is left out. */
export function sumContributions(
  contributions: readonly Contribution[],
): Map<string, Record<string, number>> {
  const sum = new Map<string, Record<string, number>>();
  for (const { differences } of contributions) {
    for (const [key, fields] of differences) {
      const total = sum.get(key) ?? {};
      for (const [field, difference] of Object.entries(fields)) {
        total[field] = (total[field] ?? 0) + difference;
      }
      sum.set(key, total);
    }
  }
  for (const [key, fields] of sum) {
    const left = Object.entries(fields).filter(([, difference]) => difference !== 0);
    if (left.length > 0) sum.set(key, Object.fromEntries(left));
    else sum.delete(key);
  }
  return sum;
}
