/** One execution, from its claim to its last write. */
import { inspect } from "node:util";
import type { LogStream } from "@attune/domain/logs";
import type { ExecutionScheduled } from "@attune/domain/messages";
import type { Log } from "./action.ts";
import { Cancelled } from "./cancelled.ts";
import type { Context } from "./context.ts";
import { openJournal } from "./journal.ts";
import { keepAlive } from "./keep-alive.ts";
import { type Outcome, unsuccessful } from "./outcome.ts";
import { untilAnswered } from "./retry.ts";
import { runAction } from "./run-action.ts";
import type { Answer, Call, Claimed } from "./transport.ts";

export type Ending =
  /** Its message can go. */
  | "settled"
  /** Nobody has claimed it: its message has to come back. */
  | "left"
  /** It is claimed, as far as is known, and nobody runs it: its message has to come back once the claim has lapsed. */
  | "held";

type Payload = ExecutionScheduled["payload"];

const onOneLine = { breakLength: Number.POSITIVE_INFINITY };

/**
 * Claims, runs and finishes an execution; `extend` keeps its messages hidden meanwhile.
 *
 * @throws Cancelled when the worker halts while it waits for an answer
 * @throws DOMException when a worker that halts gets no answer to its last write in time
 */
export async function execute(
  context: Context,
  payload: Payload,
  extend: () => Promise<boolean>,
): Promise<Ending> {
  const { transport, emit, halt } = context;
  const { execution_id: id, action_ref: actionRef, attempt } = payload;
  const about = { id, actionRef };
  const hold = { id, worker: context.workerId, attempt };
  const stops = { cancel: new AbortController(), lost: new AbortController() };
  const over = new AbortController();
  let isClaimed = false;

  async function beat(): Promise<boolean> {
    if (!isClaimed) return true;
    try {
      const answer = await transport.heartbeat(hold, over.signal);
      if (answer.is === "invalid") throw new Error(answer.reason);
      if (answer.is === "refused") stops.lost.abort(new Cancelled(answer.reason, "lost"));
      else if (answer.value.cancelRequested && !stops.cancel.signal.aborted) {
        emit({ type: "cancel_requested", ...about });
        stops.cancel.abort(new Cancelled());
      }
      return true;
    } catch (error) {
      if (!over.signal.aborted) emit({ type: "error", during: "heartbeat", id, error });
      return false;
    }
  }

  const ask = <T>(call: Call, make: () => Promise<Answer<T>>, signal: AbortSignal) =>
    untilAnswered(make, signal, (retry) => emit({ type: "retried", ...about, call, ...retry }));

  const journal = openJournal(
    (lines, signal) => ask("append", () => transport.append(hold, lines, signal), signal),
    (error) => emit({ type: "error", during: "append", id, error }),
  );
  const writeTo =
    (stream: LogStream): Log["error"] =>
    (message, fields = {}) => {
      emit({ type: "log", ...about, stream, message, fields });
      const more = Object.keys(fields).length > 0 ? ` ${inspect(fields, onOneLine)}` : "";
      journal.write(stream, message + more);
    };
  const log: Log = Object.assign(writeTo("stdout"), { error: writeTo("stderr") });
  let written: Promise<void> | undefined;

  function finish(outcome: Outcome) {
    // A worker that halts says what became of it all the same, in the time that an action has to stop.
    const signal = halt.aborted ? AbortSignal.timeout(context.graceMs) : halt;
    return ask("finish", () => transport.finish(hold, outcome, signal), signal);
  }

  async function run({ status, configText }: Claimed): Promise<Outcome | Cancelled> {
    // A cancel that came before the claim: the action never begins.
    if (status === "canceling") return unsuccessful("cancelled", "Cancelled");
    const job = {
      ...about,
      action: payload.action,
      attempt,
      parent: payload.parent,
      enforcement: payload.enforcement,
      timeoutSeconds: payload.timeout_seconds,
      configText,
    };
    const signals = { cancel: stops.cancel.signal, lost: stops.lost.signal };
    return runAction(context, job, signals, log);
  }

  const alive = keepAlive(
    context.heartbeatMs,
    async () => (await Promise.all([extend(), beat()])).every(Boolean),
    over.signal,
  );
  try {
    const claim = await ask("claim", () => transport.claim(hold, halt), halt);
    if (claim.is === "refused") {
      emit({ type: "refused", ...about, reason: claim.reason });
      return "settled";
    }
    if (claim.is === "invalid") {
      emit({ type: "error", during: "claim", id, error: new Error(claim.reason) });
      return "left";
    }
    isClaimed = true;
    const start = Date.now();
    emit({ type: "claimed", ...about });

    const end = await run(claim.value);
    written = journal.close(AbortSignal.timeout(context.graceMs));
    // Who reads of the end finds the last lines too; a worker that halts has no time for one after the other.
    if (!halt.aborted) await written;
    if (end instanceof Cancelled && end.why === "lost") {
      emit({ type: "lost", ...about, reason: end.message });
      return "settled";
    }
    let outcome =
      end instanceof Cancelled
        ? unsuccessful(end.why === "timeout" ? "timeout" : "failed", end.message)
        : end;
    let answer = await finish(outcome);
    if (answer.is === "invalid") {
      outcome = withoutResult(outcome, answer.reason);
      answer = await finish(outcome);
    }
    if (answer.is === "refused") {
      emit({ type: "lost", ...about, reason: answer.reason });
      return "settled";
    }
    if (answer.is === "invalid") {
      // Its message would make us run it once more: the lapse of our claim ends it instead.
      emit({ type: "error", during: "finish", id, error: new Error(answer.reason) });
      return "settled";
    }
    const { status } = outcome;
    emit({ type: "finished", ...about, status, milliseconds: Date.now() - start });
    return "settled";
  } finally {
    over.abort();
    // A call under way would hide a message that is given back, or extend one that is gone.
    await Promise.all([alive, written]);
  }
}

/** What is written where the service does not take the result. */
function withoutResult({ status }: Outcome, reason: string): Outcome {
  const error = `The result was not accepted: ${reason}`;
  return unsuccessful(status === "completed" ? "failed" : status, error);
}
