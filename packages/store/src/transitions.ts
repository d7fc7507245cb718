/**
 * The changes of an execution: each is one conditional write by the owner, that leaves the winner's view
 * or a conflict that says what stood against it.
 */
import type { JsonText } from "@attune/domain/json-text";
import { handoff, isFinal } from "@attune/domain/lifecycle";
import { type Verdict, verdictOf } from "@attune/domain/verdict";
import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { executionWrites, type StatusChange } from "./access-patterns/executions-write.ts";
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

/** One conditional update: the execution after it, or as it stood against it. */
export async function update(store: Store, params: UpdateCommandInput): Promise<Transition> {
  const written = await settle(store.client.send(new UpdateCommand(params)));
  if (written.won) return { ok: true, record: ExecutionRecord.parse(written.item) };
  return { ok: false, current: written.item && ExecutionRecord.parse(written.item) };
}

/** Changes the status by its owner, from any status that the lifecycle allows it from. */
export function changeStatus(
  store: Store,
  change: Omit<StatusChange, "now" | "shards">,
): Promise<Transition> {
  const now = store.now().toISOString();
  const { shards } = store;
  return update(
    store,
    executionWrites.changeStatus.params(store.tables, { ...change, now, shards }),
  );
}

/**
 * Schedules an execution and hands it to the workers, in one write: from here on the executor does not
 * write. It happens once in a life, so that the attempt is the first.
 */
export function handOff(store: Store, id: number): Promise<Transition> {
  const set = { owner: handoff.to, attempt: 1 };
  return changeStatus(store, { id, to: handoff.at, by: handoff.from, set });
}

const isHeldBy = ({ worker, attempt }: Hold, record: ExecutionRecord) =>
  record.executor === worker && record.attempt === attempt;

const held = ({ id, worker, attempt }: Hold) =>
  ({ id, by: "worker", where: { attempt, executor: worker } }) as const;

/**
 * Claims a scheduled execution for a worker; the same claim again is no conflict while it runs. One that
 * is to be cancelled, or whose claim has lapsed, ends here: it is there to be run no longer.
 */
export async function claim(store: Store, hold: Hold): Promise<Transition> {
  const outcome = await changeStatus(store, {
    id: hold.id,
    to: "running",
    by: "worker",
    where: { attempt: hold.attempt },
    absent: ["cancel_requested"],
    set: { executor: hold.worker, started: store.now().toISOString() },
  });
  if (outcome.ok || !outcome.current || isFinal(outcome.current.status)) return outcome;
  const { current } = outcome;
  if (isHeldBy(hold, current)) return { ok: true, record: current };
  if (current.owner === "executor") return outcome;
  const ended = await endIfDue(store, current);
  return ended?.ok ? { ok: false, current: ended.record } : outcome;
}

/**
 * Records that the worker lives; a conflict where it holds the execution no longer. A cancel that
 * was asked for makes it `canceling`.
 */
export async function beat(store: Store, hold: Hold): Promise<Transition> {
  const now = store.now().toISOString();
  const params = executionWrites.beat.params(store.tables, { ...hold, now });
  const outcome = await update(store, params);
  if (!outcome.ok || outcome.record.cancel_requested === undefined) return outcome;
  if (outcome.record.status === "canceling") return outcome;
  return changeStatus(store, { ...held(hold), to: "canceling" });
}

/** How a worker may finish. */
export const Outcome = z.enum(["completed", "failed", "cancelled", "timeout"]);
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
  // A running execution is cancelled by way of `canceling`. Where that is refused, so is what follows.
  if (to === "cancelled") await changeStatus(store, { ...held(hold), to: "canceling" });
  const outcome = await changeStatus(store, { ...held(hold), to, set: result ? { result } : {} });
  if (outcome.ok || !outcome.current) return outcome;
  const { current } = outcome;
  const again =
    isHeldBy(hold, current) && current.status === to && samePayload(current.result, result);
  return again ? { ok: true, record: current } : outcome;
}

/**
 * Ends an execution by a verdict, unless anything has happened to it since it was read: a heartbeat that
 * comes in between saves it.
 */
export function end(
  store: Store,
  { id, version, beat }: Pick<ExecutionRecord, "id" | "version" | "beat">,
  { to, by, error }: Exclude<Verdict, "wake">,
): Promise<Transition> {
  return changeStatus(store, {
    id,
    to,
    by,
    where: { version, ...(beat === undefined ? {} : { beat }) },
    absent: beat === undefined ? ["beat"] : [],
    set: { result: { text: JSON.stringify({ error }) } },
  });
}

/** Ends an execution that is due to end; `undefined` where it is not. */
export async function endIfDue(
  store: Store,
  record: ExecutionRecord,
): Promise<Transition | undefined> {
  const verdict = verdictOf(record, store.now(), store.limits);
  return verdict === undefined || verdict === "wake" ? undefined : end(store, record, verdict);
}
