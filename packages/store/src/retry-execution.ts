/** New tries of executions: each is an execution of its own, with the same action and config. */
import { isFinal } from "@attune/domain/lifecycle";
import { type Created, createExecution } from "./create-execution.ts";
import type { Identity } from "./ids.ts";
import type { ExecutionRecord } from "./record.ts";
import type { Store } from "./store.ts";

/** Whether there is anything to try again: an end that is no success. */
export const mayRetry = ({ status }: Pick<ExecutionRecord, "status">) =>
  isFinal(status) && status !== "completed";

export interface Retry {
  /** Two retries with one key are one. */
  readonly idempotencyKey: string;
  readonly keyIsShared: boolean;
  /** ISO 8601; at once without it. */
  readonly notBefore?: string;
}

/** Creates the next try of an execution. */
export function retryExecution(
  store: Store,
  nextIdentity: () => Identity,
  record: ExecutionRecord,
  { idempotencyKey, keyIsShared, notBefore }: Retry,
): Promise<Created> {
  return createExecution(store, nextIdentity, {
    request: record,
    config: record.config ?? null,
    idempotencyKey,
    keyIsShared,
    origin: {
      original_execution: record.original_execution ?? record.id,
      try: (record.try ?? 1) + 1,
      ...(notBefore === undefined ? {} : { not_before: notBefore }),
    },
  });
}
