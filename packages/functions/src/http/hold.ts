/** What the calls of the worker protocol share: who holds what, and why a call is refused. */
import { ServiceError } from "@attune/domain/errors";
import { Id } from "@attune/domain/execution";
import { isFinal } from "@attune/domain/lifecycle";
import { Positive } from "@attune/domain/numbers";
import type { ExecutionRecord } from "@attune/store/record";
import type { Hold, Transition } from "@attune/store/transitions";
import * as z from "zod/mini";
import { notFound } from "./answer.ts";

export const HoldBody = z.object({ worker_id: Id, attempt: Positive });

/** @throws ServiceError 404 for an id that no execution can have */
export function holdOf(id: bigint, { worker_id, attempt }: z.infer<typeof HoldBody>): Hold {
  if (!Number.isSafeInteger(Number(id))) throw notFound(id);
  return { id: Number(id), worker: worker_id, attempt };
}

/** The first of these that is so is why an execution is not the caller's. */
const reasons: readonly {
  readonly when: (record: ExecutionRecord, hold: Hold) => boolean;
  readonly say: (record: ExecutionRecord, hold: Hold) => string;
}[] = [
  { when: ({ status }) => isFinal(status), say: ({ status }) => `is ${status}` },
  {
    when: ({ owner }) => owner === "executor",
    say: ({ status }) => `is ${status}, and not handed to the workers yet`,
  },
  {
    when: (record, hold) => record.attempt !== hold.attempt,
    say: (record, hold) =>
      `is at attempt ${record.attempt}, so that attempt ${hold.attempt} is stale`,
  },
  {
    when: ({ executor }) => executor === undefined,
    say: ({ status }) => `is ${status}, and claimed by no worker`,
  },
  {
    when: (record, hold) => record.executor !== hold.worker,
    say: ({ executor }) => `is claimed by worker ${executor}`,
  },
  { when: () => true, say: ({ status }) => `is ${status}, which does not allow this` },
];

/** What a worker is told that is refused: 404 where there is no execution, else 409 with the reason. */
export function refusalOf(current: ExecutionRecord | undefined, hold: Hold): ServiceError {
  if (current === undefined) return notFound(hold.id);
  const reason = reasons.find(({ when }) => when(current, hold));
  return new ServiceError(409, `Execution ${hold.id} ${reason?.say(current, hold)}`, {
    details: { status: current.status },
  });
}

/**
 * The execution after a worker's call.
 *
 * @throws ServiceError where the call is refused
 */
export function recordAfter(transition: Transition, hold: Hold): ExecutionRecord {
  if (transition.ok) return transition.record;
  throw refusalOf(transition.current, hold);
}
