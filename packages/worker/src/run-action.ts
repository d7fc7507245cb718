import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Log } from "./action.ts";
import { Cancelled, isAbort } from "./cancelled.ts";
import type { Context } from "./context.ts";
import { type Outcome, unsuccessful } from "./outcome.ts";

export interface StopSignals {
  /** Somebody cancelled the execution. */
  readonly cancel: AbortSignal;
  /** The execution is no longer ours; its reason is a `Cancelled`. */
  readonly lost: AbortSignal;
}

/**
 * Runs the action of a job: what became of it, or why the worker does not wait for it any longer. An
 * action that somebody cancelled is waited for as long as its timeout allows: it may have to clean up. One
 * that ends after the worker was stopped, and in time, has ended as it says.
 */
export async function runAction(
  context: Context,
  job: Job,
  { cancel, lost }: StopSignals,
  log: Log,
): Promise<Outcome | Cancelled> {
  const about = { id: job.id, actionRef: job.actionRef };
  const timeout = new AbortController();
  const over = AbortSignal.any([lost, timeout.signal, context.halt]);
  const signal = AbortSignal.any([cancel, over]);
  const timer =
    job.timeoutSeconds === null
      ? undefined
      : setTimeout(() => {
          const message = `Timed out after ${job.timeoutSeconds} s`;
          timeout.abort(new Cancelled(message, "timeout"));
        }, job.timeoutSeconds * 1_000);
  const done = new AbortController();
  try {
    const outcome = await Promise.race([
      perform(context, job, cancel, signal, log),
      graceOf(context.graceMs, over, done.signal),
    ]);
    if (outcome === undefined) context.emit({ type: "unresponsive", ...about });
    const reason: unknown = over.reason;
    const isInTime = outcome !== undefined && reason === context.halt.reason;
    if (reason instanceof Cancelled && !isInTime) return reason;
    // Only `over` ends the grace, and its sources abort with a `Cancelled`.
    return outcome ?? new Cancelled();
  } finally {
    clearTimeout(timer);
    done.abort();
  }
}

/** Never throws: what the action throws is its outcome. */
async function perform(
  { actions }: Context,
  job: Job,
  cancel: AbortSignal,
  signal: AbortSignal,
  log: Log,
): Promise<Outcome> {
  const { actionRef } = job;
  const action = actions.get(actionRef);
  if (action === undefined) {
    const known = [...actions.keys()].join(", ");
    return unsuccessful("failed", `The worker does not know ${actionRef}; it knows ${known}`);
  }
  try {
    return await action.perform(job, signal, log);
  } catch (error) {
    if (cancel.aborted && isAbort(error)) return unsuccessful("cancelled", "Cancelled");
    const cause: unknown = signal.aborted && isAbort(error) ? signal.reason : error;
    const message = cause instanceof Error ? cause.message || cause.name : String(cause);
    return unsuccessful("failed", message);
  }
}

/** Resolves so many milliseconds after `over`; rejects when `done` comes first. */
async function graceOf(ms: number, over: AbortSignal, done: AbortSignal): Promise<undefined> {
  if (!over.aborted) await once(over, "abort", { signal: done });
  await sleep(ms, undefined, { signal: done });
}
