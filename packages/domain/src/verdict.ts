/**
 * What time alone does to an execution: the one place that decides when somebody has been silent or busy
 * for too long. The sweep, the dead-letter consumer and a claim that comes too late all ask here.
 */
import { timeOf } from "./ids.ts";
import type { Owner, State, Status } from "./lifecycle.ts";

/** Seconds: see `limits` in packages/topology. */
export interface Limits {
  readonly LEASE_SECONDS: number;
  readonly WAKE_SECONDS: number;
  readonly SCHEDULING_SECONDS: number;
  readonly QUEUE_SECONDS: number;
  readonly RUN_SECONDS: number;
  readonly GRACE_SECONDS: number;
}

/** What the decision rests on; times are ISO 8601. */
export interface Waiting extends State {
  readonly id: number;
  readonly updated: string;
  readonly beat?: string | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly not_before?: string | undefined;
  readonly cancel_requested?: string | undefined;
}

export type Verdict =
  /** Its owner's side writes a final status for it. */
  | { readonly to: Status; readonly by: Owner; readonly error: string }
  /** Its executor is to be told again. */
  | "wake";

const secondsSince = (time: string | number, now: Date) =>
  (now.getTime() - new Date(time).getTime()) / 1_000;

function ofExecutor(one: Waiting, now: Date, limits: Limits): Verdict | undefined {
  const since = Math.max(timeOf(one.id), one.not_before ? new Date(one.not_before).getTime() : 0);
  const waited = secondsSince(since, now);
  if (waited > limits.SCHEDULING_SECONDS) {
    const error = `It could not be scheduled in ${limits.SCHEDULING_SECONDS} s`;
    return { to: "failed", by: "executor", error };
  }
  return waited > limits.WAKE_SECONDS ? "wake" : undefined;
}

function ofQueue(one: Waiting, now: Date, limits: Limits): Verdict | undefined {
  if (one.cancel_requested !== undefined) {
    return { to: "cancelled", by: "worker", error: "It was cancelled before a worker claimed it" };
  }
  if (secondsSince(one.updated, now) <= limits.QUEUE_SECONDS) return undefined;
  const error = `No worker claimed it in ${limits.QUEUE_SECONDS} s`;
  return { to: "abandoned", by: "worker", error };
}

function ofWorker(one: Waiting, now: Date, limits: Limits): Verdict | undefined {
  const silent = secondsSince(one.beat ?? one.updated, now);
  if (silent > limits.LEASE_SECONDS) {
    const error = `Its worker has not said for ${limits.LEASE_SECONDS} s that it lives`;
    return { to: "abandoned", by: "worker", error };
  }
  const allowed = one.timeout_seconds ?? limits.RUN_SECONDS;
  if (secondsSince(one.updated, now) <= allowed + limits.GRACE_SECONDS) return undefined;
  return { to: "timeout", by: "worker", error: `It ran for longer than ${allowed} s` };
}

/** What is due for an execution that is not final, if anything is. */
export function verdictOf(one: Waiting, now: Date, limits: Limits): Verdict | undefined {
  if (one.owner === "executor") return ofExecutor(one, now, limits);
  return one.status === "scheduled" ? ofQueue(one, now, limits) : ofWorker(one, now, limits);
}
