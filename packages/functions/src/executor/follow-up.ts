/** New tries after an end that is no success, where the request asked for them. */
import { Status } from "@attune/domain/lifecycle";
import { RetryPolicy } from "@attune/domain/retry-policy";
import { readRecord } from "@attune/store/read-execution";
import { mayRetry, retryExecution } from "@attune/store/retry-execution";
import * as z from "zod";
import { nextIdentity, store } from "../resources.ts";
import { wakeExecutor } from "./wake.ts";

/** What is looked at of an execution that has come to its end. */
export const FinishedImage = z.object({
  id: z.int(),
  status: Status,
  retry: z.optional(RetryPolicy),
  try: z.int().optional(),
});
export type FinishedImage = z.infer<typeof FinishedImage>;

/**
 * Seconds until the try after the `tries`-th: doubling from the policy's first back-off up to its last,
 * half of it by chance, so that what failed together does not come back together.
 */
export function backoffOf(
  { backoff_seconds, max_backoff_seconds }: RetryPolicy,
  tries: number,
  random: () => number = Math.random,
): number {
  const longest = Math.min(backoff_seconds * 2 ** (tries - 1), max_backoff_seconds);
  return (longest * (1 + random())) / 2;
}

async function followUpOne({ id, status, retry, ...image }: FinishedImage): Promise<void> {
  const tries = image.try ?? 1;
  if (!retry || tries >= retry.max_attempts || status === "cancelled" || !mayRetry({ status }))
    return;
  const record = await readRecord(store, id);
  if (record === undefined) return;
  const delay = backoffOf(retry, tries);
  // Delivered twice, it finds the try that is there already.
  const { record: next } = await retryExecution(store, nextIdentity, record, {
    idempotencyKey: `retry ${id}`,
    keyIsShared: true,
    notBefore: new Date(store.now().getTime() + delay * 1_000).toISOString(),
  });
  if (next.status === "requested") await wakeExecutor([next.id], delay);
}

/**
 * Creates the next try of each execution that asked for one and may have it, once.
 *
 * @throws whatever DynamoDB or SQS throws: the caller delivers the images again
 */
export async function followUp(images: readonly FinishedImage[]): Promise<void> {
  await Promise.all(images.map(followUpOne));
}
