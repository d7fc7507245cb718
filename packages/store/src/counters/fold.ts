/**
 * Folding changes into counts, pure. The ledger holds, for each execution, the newest change that is
 * counted: its version and its status. A change that is not newer counts nothing, so that delivering
 * twice, late or in other batches makes no difference. See docs/adr/0003-counters.md.
 */
import { isFinal, Status } from "@attune/domain/lifecycle";
import type * as z from "zod/mini";
import { bucketAt, wideTree } from "./buckets.ts";
import { durationBucketOf } from "./durations.ts";
import { cellName, durationName, headKey, memberPlacesOf } from "./keys.ts";
import { type Sums, sumUp } from "./sums.ts";
import {
  groupsOf,
  isCounted,
  lastingFieldsOf,
  letters,
  type Membership,
  topLevel,
  wideCountersOf,
} from "./tally.ts";

/** One record of the stream: the execution as it became, or gone. */
export interface Change {
  readonly id: number;
  readonly version: number;
  /** `null`: the execution was deleted. */
  readonly status: z.infer<typeof Status> | null;
  readonly ledger: string;
  readonly membership: Membership;
  /** How long it ran, in milliseconds: of what is final, or was, and ran at all. */
  readonly duration?: number;
  /** Of a deletion: the status that was counted so long ago that the ledger has forgotten it. */
  readonly forgotten?: z.infer<typeof Status>;
}

/** Version and status of what is counted, in one number: version × 16 + place of the status. */
export type Entry = number;

const GONE = 15;
const encode = ({ version, status }: Pick<Change, "version" | "status">): Entry =>
  version * 16 + (status === null ? GONE : Status.options.indexOf(status));
export const versionOf = (entry: Entry) => Math.floor(entry / 16);
/** `null`: it was deleted. */
export const statusOf = (entry: Entry) => Status.options[entry % 16] ?? null;

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
  /** Never zero. */
  readonly differences: Sums;
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

/** Every attribute of every item that an execution in a status counts on, once each. */
function countsOf(
  { id, membership, duration }: Change,
  status: z.infer<typeof Status>,
  writer: number,
): (readonly [key: string, name: string])[] {
  const lasting = lastingFieldsOf(membership, status);
  const { at } = bucketAt(wideTree.leaf, id);
  const names = [
    status,
    ...(membership.parent === undefined ? [topLevel(status)] : []),
    ...lasting.map((field) => cellName(at, letters[field])),
    ...(isFinal(status) && duration !== undefined
      ? [durationName(bucketAt("hour", id).at, durationBucketOf(duration))]
      : []),
  ];
  return [
    ...wideCountersOf(membership)
      .map((counter) => headKey(counter, writer))
      .flatMap((key) => names.map((name) => [key, name] as const)),
    ...groupsOf(membership).flatMap((counter) =>
      lasting
        .filter((field) => isCounted({ counter, field }))
        .flatMap((field) => memberPlacesOf(counter, field, id)),
    ),
  ];
}

/**
 * What an execution's newest change adds to the counters, beyond the entry that the ledger has of it;
 * `undefined` where that is nothing.
 *
 * @param writer whose heads it is added to, from 0
 */
export function contributionOf(
  newest: Change,
  counted: Entry | undefined,
  writer = 0,
): Contribution | undefined {
  if (counted !== undefined && versionOf(counted) >= newest.version) return undefined;
  const before = counted === undefined ? (newest.forgotten ?? null) : statusOf(counted);

  const times = (status: z.infer<typeof Status> | null, n: number) =>
    status === null
      ? []
      : countsOf(newest, status, writer).map(([key, name]) => [key, name, n] as const);
  const differences = sumUp([...times(before, -1), ...times(newest.status, 1)]);
  return { id: newest.id, ledger: newest.ledger, entry: encode(newest), differences };
}
