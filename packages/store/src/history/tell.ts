/** An execution's life as its history tells it, pure: its changes in order, and the time between them. */
import type { HistoryAnswer, HistoryEntry } from "@attune/domain/answers";
import { isFinal, type Status } from "@attune/domain/lifecycle";
import * as z from "zod";
import type { ExecutionRecord } from "../record.ts";
import type { Entry } from "./entry.ts";

export interface History {
  readonly entries: readonly HistoryEntry[];
  readonly durations: HistoryAnswer["durations"];
  /** `false`: changes are missing, which the stream has not brought yet. */
  readonly complete: boolean;
}

/** What is told of one moment. */
interface Moment {
  readonly version: number;
  readonly entry: Entry;
  /** Somebody asked for a cancel, which changed neither status nor owner. */
  readonly isRequest?: true;
}

/** What a result says of an end that is no success. */
const Failure = z.object({ error: z.string() });

function errorOf({ result }: ExecutionRecord): string | null {
  if (result === undefined || !("text" in result)) return null;
  return Failure.safeParse(JSON.parse(result.text)).data?.error ?? null;
}

/** The first that is so is why something happened. */
const reasons: readonly {
  readonly when: (moment: Moment, record: ExecutionRecord) => boolean;
  readonly say: (record: ExecutionRecord) => string | null;
}[] = [
  {
    when: ({ version }, { original_execution }) =>
      version === 1 && original_execution !== undefined,
    say: ({ original_execution }) => `A new try of execution ${original_execution}`,
  },
  { when: ({ isRequest }) => isRequest === true, say: () => "A cancel was requested" },
  {
    when: ({ entry }) => entry.status === "cancelled" && entry.owner === "executor",
    say: () => "It was cancelled before the handoff",
  },
  {
    when: ({ entry }) => isFinal(entry.status) && entry.status !== "completed",
    say: errorOf,
  },
];

const reasonOf = (moment: Moment, record: ExecutionRecord) =>
  reasons.find(({ when }) => when(moment, record))?.say(record) ?? null;

/**
 * With the request for a cancel, whose time is in the item. It is noted beside what is scheduled or running, and only
 * `canceling` or the end comes after it.
 */
function withRequest(moments: readonly Moment[], { cancel_requested }: ExecutionRecord) {
  const after = moments.findLast(
    ({ entry }) => entry.status === "scheduled" || entry.status === "running",
  );
  if (cancel_requested === undefined || after === undefined) return moments;
  const request: Moment = {
    ...after,
    entry: { ...after.entry, at: cancel_requested },
    isRequest: true,
  };
  return moments.toSpliced(moments.indexOf(after) + 1, 0, request);
}

/** Milliseconds until the next moment; two writers' clocks may differ. */
const lengthOf = ({ entry }: Moment, next: Moment | undefined) =>
  next && Math.max(0, Date.parse(next.entry.at) - Date.parse(entry.at));

function durationsOf(lengths: readonly { status: Status; length: number | undefined }[]) {
  const sums = new Map<Status, number>();
  for (const { status, length } of lengths)
    if (length !== undefined) sums.set(status, (sums.get(status) ?? 0) + length);
  return Object.fromEntries([...sums].map(([status, sum]) => [status, sum / 1_000]));
}

/** @param known the entries that are known, by version, in order */
export function tell(record: ExecutionRecord, known: ReadonlyMap<number, Entry>): History {
  const complete = known.size === Math.max(...known.keys());
  const changes = [...known].map(([version, entry]): Moment => ({ version, entry }));
  const moments = complete ? withRequest(changes, record) : changes;
  const told = moments.map((moment, place) => ({
    moment,
    before: moments[place - 1],
    length: lengthOf(moment, moments[place + 1]),
  }));
  return {
    entries: told.map(({ moment, before, length }) => ({
      from: before?.entry.status ?? null,
      to: moment.entry.status,
      owner: moment.entry.owner,
      worker: moment.entry.worker ?? null,
      attempt: moment.entry.attempt,
      version: moment.version,
      at: moment.entry.at,
      reason: reasonOf(moment, record),
      seconds: length === undefined ? null : length / 1_000,
    })),
    durations: durationsOf(
      told.map(({ moment, length }) => ({ status: moment.entry.status, length })),
    ),
    complete,
  };
}
