/** What a request may say of new tries. */
import * as z from "zod/mini";
import { Positive } from "./numbers.ts";

/** Up to a day, to the millisecond: DynamoDB has no place for the smallest numbers that JSON has. */
const Seconds = z.number().check(z.minimum(0), z.maximum(86_400));
const toMilliseconds = z.transform((seconds: number) => Math.round(seconds * 1_000) / 1_000);
const backOffOf = (usual: number) => z.pipe(z._default(Seconds, usual), toMilliseconds);

/**
 * New tries after `failed`, `timeout` and `abandoned`: each is an execution of its own. The first comes
 * after `backoff_seconds`, each further one after twice as long, up to `max_backoff_seconds`; jitter
 * takes up to half of it away.
 */
export const RetryPolicy = z.object({
  /** Tries in all, the first one included. */
  max_attempts: Positive.check(z.maximum(100)),
  backoff_seconds: backOffOf(1),
  max_backoff_seconds: backOffOf(3_600),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
