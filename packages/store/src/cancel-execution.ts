/** Cancelling: at once before the handoff, through the workers' side after it. */
import { isFinal } from "@attune/domain/lifecycle";
import { executionWrites } from "./access-patterns/executions-write.ts";
import type { ExecutionRecord } from "./record.ts";
import type { Store } from "./store.ts";
import { changeStatus, update } from "./transitions.ts";

export type Cancellation =
  /** Before the handoff: no worker will ever see it. */
  | { readonly kind: "cancelled"; readonly record: ExecutionRecord }
  /** After it: recorded for the worker. */
  | { readonly kind: "recorded"; readonly record: ExecutionRecord }
  /** It is, or is being, cancelled already. */
  | { readonly kind: "repeated"; readonly record: ExecutionRecord }
  | { readonly kind: "finished"; readonly record: ExecutionRecord }
  | { readonly kind: "missing" };

/** Status and owner can change between a refused write and the next one: so often at most. */
const TRIES = 5;

/**
 * Cancels an execution, or asks its worker to. The race with the handoff has one winner: the
 * executor's side writes here on the condition that it still owns the execution.
 */
export async function cancelExecution(store: Store, id: number): Promise<Cancellation> {
  for (let attempt = 1; ; attempt++) {
    const cancelled = await changeStatus(store, { id, to: "cancelled", by: "executor" });
    if (cancelled.ok) return { kind: "cancelled", record: cancelled.record };
    const { current } = cancelled;
    if (current === undefined) return { kind: "missing" };
    const { status, cancel_requested } = current;
    if (status === "cancelled") return { kind: "repeated", record: current };
    if (isFinal(status)) return { kind: "finished", record: current };
    if (status === "canceling" || cancel_requested) return { kind: "repeated", record: current };

    const now = store.now().toISOString();
    const params = executionWrites.requestCancel.params(store.tables, { id, now });
    const recorded = await update(store, params);
    if (recorded.ok) return { kind: "recorded", record: recorded.record };
    if (attempt === TRIES)
      throw new Error(`Execution ${id} changes faster than it can be cancelled`);
  }
}
