/** One execution, from its claim to its last write. */
import type { ExecutionScheduled } from "@attune/domain/messages";
import { Cancelled } from "./cancelled.ts";
import type { Context } from "./context.ts";
import { keepAlive } from "./keep-alive.ts";
import { type Outcome, unsuccessful } from "./outcome.ts";
import { untilAnswered } from "./retry.ts";
import { runAction } from "./run-action.ts";
import type { Answer, Call, Claimed } from "./transport.ts";

/** `settled`: its message can go. `left`: the message has to come back. */
export type Ending = "settled" | "left";

type Payload = ExecutionScheduled["payload"];

/**
 * Claims, runs and finishes an execution; `extend` keeps its messages hidden meanwhile.
 *
 * @throws Cancelled when the worker halts while it waits for an answer
 */
export async function execute(
  context: Context,
  payload: Payload,
  extend: () => Promise<boolean>,
): Promise<Ending> {
  const { transport, emit } = context;
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

  const ask = <T>(call: Call, make: () => Promise<Answer<T>>) =>
    untilAnswered(make, context.halt, (retry) =>
      emit({ type: "retried", ...about, call, ...retry }),
    );

  const finish = (outcome: Outcome) =>
    ask("finish", () => transport.finish(hold, outcome, context.halt));

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
    return runAction(context, job, { cancel: stops.cancel.signal, lost: stops.lost.signal });
  }

  const alive = keepAlive(
    context.heartbeatMs,
    async () => (await Promise.all([extend(), beat()])).every(Boolean),
    over.signal,
  );
  try {
    const claim = await ask("claim", () => transport.claim(hold, context.halt));
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
    if (end instanceof Cancelled && end.why === "stop") return "left";
    if (end instanceof Cancelled && end.why === "lost") {
      emit({ type: "lost", ...about, reason: end.message });
      return "settled";
    }
    let outcome = end instanceof Cancelled ? unsuccessful("timeout", end.message) : end;
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
    await alive;
  }
}

/** What is written where the service does not take the result. */
function withoutResult({ status }: Outcome, reason: string): Outcome {
  const error = `The result was not accepted: ${reason}`;
  return unsuccessful(status === "completed" ? "failed" : status, error);
}
