/** What a request for an execution says. The schema owns the type. */
import * as z from "zod/mini";
import { ActionRef, Id, wellFormed } from "./execution.ts";
import { Positive } from "./numbers.ts";
import { RetryPolicy } from "./retry-policy.ts";

/** Fourteen days: SQS keeps no message longer, so no try can be waited for longer. */
const MAX_TIMEOUT_SECONDS = 1_209_600;

/** What may be said of an execution when it is requested, by `POST /` or by message. */
export const ExecutionRequest = z.object({
  action_ref: ActionRef,
  action: z.nullish(Id),
  config: z.optional(z.unknown()),
  parent: z.nullish(Id),
  enforcement: z.nullish(Id),
  timeout_seconds: z.nullish(Positive.check(z.maximum(MAX_TIMEOUT_SECONDS))),
  idempotency_key: z.nullish(z.string().check(z.minLength(1), z.maxLength(512), wellFormed)),
  pool: z.nullish(z.string().check(z.minLength(1), z.maxLength(80), wellFormed)),
  retry: z.nullish(RetryPolicy),
});
export type ExecutionRequest = z.infer<typeof ExecutionRequest>;
/** A request as it is sent: what has a usual value may be left out. */
export type NewExecution = z.input<typeof ExecutionRequest>;
