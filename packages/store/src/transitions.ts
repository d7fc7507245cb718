/**
 * The changes of an execution: each is one conditional write by the owner, that leaves the winner's view
 * or a conflict that says what stood against it.
 */
import type { JsonText } from "@attune/domain/json-text";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { StatusChange } from "./access-patterns/executions-write.ts";
import { accessPatterns } from "./access-patterns/index.ts";
import { settle } from "./conditional.ts";
import { type Payload, savePayload } from "./payloads.ts";
import { ExecutionRecord } from "./record.ts";
import type { Store } from "./store.ts";

export type Transition =
  | { readonly ok: true; readonly record: ExecutionRecord }
  /** Refused as a whole. `current` is the execution as it stood, `undefined` where there is none. */
  | { readonly ok: false; readonly current: ExecutionRecord | undefined };

/** A worker's hold on an execution. */
export interface Hold {
  readonly id: number;
  readonly worker: number;
  /** The fencing token, from the message. */
  readonly attempt: number;
}

async function update(store: Store, params: UpdateCommandInput): Promise<Transition> {
  const written = await settle(store.client.send(new UpdateCommand(params)));
  if (written.won) return { ok: true, record: ExecutionRecord.parse(written.item) };
  return { ok: false, current: written.item && ExecutionRecord.parse(written.item) };
}

/** Changes the status by its owner, from any status that the lifecycle allows it from. */
export function changeStatus(store: Store, change: Omit<StatusChange, "now">): Promise<Transition> {
  const now = store.now().toISOString();
  return update(store, accessPatterns.changeStatus.params(store.tables, { ...change, now }));
}

/** Hands a scheduled execution to the workers: from here on the executor does not write. */
export function handOff(store: Store, id: number): Promise<Transition> {
  return update(store, accessPatterns.handOff.params(store.tables, { id }));
}

const isHeldBy = ({ worker, attempt }: Hold, record: ExecutionRecord) =>
  record.executor === worker && record.attempt === attempt;

/** Claims a scheduled execution for a worker; the same claim again is no conflict while it runs. */
export async function claim(store: Store, hold: Hold): Promise<Transition> {
  const outcome = await changeStatus(store, {
    id: hold.id,
    to: "running",
    by: "worker",
    attempt: hold.attempt,
    set: { executor: hold.worker },
  });
  if (outcome.ok || !outcome.current) return outcome;
  const again = isHeldBy(hold, outcome.current) && !isFinal(outcome.current.status);
  return again ? { ok: true, record: outcome.current } : outcome;
}

/** Records that the worker lives; a conflict where it holds the execution no longer. */
export function beat(store: Store, hold: Hold): Promise<Transition> {
  const now = store.now().toISOString();
  return update(store, accessPatterns.beat.params(store.tables, { ...hold, now }));
}

/** How a worker may finish. */
export const Outcome = Status.extract(["completed", "failed", "cancelled", "timeout"]);
export type Outcome = z.infer<typeof Outcome>;

const samePayload = (one: Payload | undefined, other: Payload | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

/**
 * Finishes an execution with its result; the same call again is no conflict.
 *
 * @throws ServiceError 413 when the result is larger than can be stored
 */
export async function finish(
  store: Store,
  hold: Hold,
  to: Outcome,
  resultText: JsonText | null,
): Promise<Transition> {
  const result =
    resultText === null ? undefined : await savePayload(store, hold.id, "result", resultText);
  const held = { ...hold, by: "worker" } as const;
  // A running execution is cancelled by way of `canceling`. Where that is refused, so is what follows.
  if (to === "cancelled") await changeStatus(store, { ...held, to: "canceling" });
  const outcome = await changeStatus(store, { ...held, to, set: result ? { result } : {} });
  if (outcome.ok || !outcome.current) return outcome;
  const { current } = outcome;
  const again =
    isHeldBy(hold, current) && current.status === to && samePayload(current.result, result);
  return again ? { ok: true, record: current } : outcome;
}
