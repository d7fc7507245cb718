/** What the API shows of an execution, and what a request for one says. The schemas own the types. */
import * as z from "zod/mini";
import { type JsonText, objectText, textsOf } from "./json-text.ts";
import { Status } from "./lifecycle.ts";

/** An integer that JSON carries exactly. */
export const Id = z.int();

/**
 * An action's reference, such as `slack.send_message`: what stands before the first dot is its pack.
 * 512 characters fit an index key in any script.
 */
export const ActionRef = z
  .string()
  .check(z.minLength(1), z.maxLength(512), z.regex(/^[^.]/, "must not begin with a dot"));

const Timestamp = z.iso.datetime();

/** The eleven fields of `GET /{id}` that the contract names, and one more. */
export const Execution = z.object({
  id: Id,
  action: z.nullable(Id),
  action_ref: ActionRef,
  config: z.unknown(),
  parent: z.nullable(Id),
  enforcement: z.nullable(Id),
  executor: z.nullable(Id),
  status: Status,
  result: z.unknown(),
  created: Timestamp,
  updated: Timestamp,
  /** The execution that this one is a new try of, the first of them all. */
  original_execution: z.nullable(Id),
});
export type Execution = z.infer<typeof Execution>;

/** The seven fields of a list's row. */
export const Summary = z.pick(Execution, {
  id: true,
  action_ref: true,
  status: true,
  parent: true,
  enforcement: true,
  created: true,
  updated: true,
});
export type Summary = z.infer<typeof Summary>;

/** An execution whose `config` and `result` are the texts that came in. */
export interface ExecutionView extends Omit<Execution, "config" | "result"> {
  readonly config: JsonText | null;
  readonly result: JsonText | null;
}

/** The JSON of an execution, `config` and `result` as they came in. */
export function executionText(view: ExecutionView): JsonText {
  const { id, action, action_ref, parent, enforcement, executor, status, created, updated } = view;
  const { original_execution } = view;
  return objectText({
    ...textsOf({ id, action, action_ref }),
    config: view.config ?? "null",
    ...textsOf({ parent, enforcement, executor, status }),
    result: view.result ?? "null",
    ...textsOf({ created, updated, original_execution }),
  });
}

/** Fourteen days: SQS keeps no message longer, so no try can be waited for longer. */
const MAX_TIMEOUT_SECONDS = 1_209_600;

/** Up to a day, to the millisecond: DynamoDB has no place for the smallest numbers that JSON has. */
const backOffOf = (usual: number) =>
  z.pipe(
    z._default(z.number().check(z.minimum(0), z.maximum(86_400)), usual),
    z.transform((seconds: number) => Math.round(seconds * 1_000) / 1_000),
  );

/**
 * New tries after `failed`, `timeout` and `abandoned`: each is an execution of its own. The first comes
 * after `backoff_seconds`, each further one after twice as long, up to `max_backoff_seconds`; jitter
 * takes up to half of it away.
 */
export const RetryPolicy = z.object({
  /** Tries in all, the first one included. */
  max_attempts: z.int().check(z.minimum(1), z.maximum(100)),
  backoff_seconds: backOffOf(1),
  max_backoff_seconds: backOffOf(3_600),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** What may be said of an execution when it is requested, by `POST /` or by message. */
export const ExecutionRequest = z.object({
  action_ref: ActionRef,
  action: z.nullish(Id),
  config: z.optional(z.unknown()),
  parent: z.nullish(Id),
  enforcement: z.nullish(Id),
  timeout_seconds: z.nullish(z.int().check(z.minimum(1), z.maximum(MAX_TIMEOUT_SECONDS))),
  idempotency_key: z.nullish(z.string().check(z.minLength(1), z.maxLength(512))),
  pool: z.nullish(z.string().check(z.minLength(1), z.maxLength(80))),
  retry: z.nullish(RetryPolicy),
});
export type ExecutionRequest = z.infer<typeof ExecutionRequest>;
/** A request as it is sent: what has a usual value may be left out. */
export type NewExecution = z.input<typeof ExecutionRequest>;

/** The pack of an action: what stands before the first dot, if there is one. */
export function packOf(actionRef: string): string | undefined {
  const dot = actionRef.indexOf(".");
  return dot > 0 ? actionRef.slice(0, dot) : undefined;
}
