import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "./transport.ts";

const FIRST_MS = 100;
const LONGEST_MS = 10_000;
/** A service that asks for more than this is asked again all the same. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** Milliseconds before the try after `failures` failed ones: doubling, and anywhere in its upper half. */
export function backoff(failures: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return longest * (0.5 + Math.random() / 2);
}

/** Waits, at most until `signal` aborts; never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

export interface Retry {
  readonly failures: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/**
 * Calls again and again until there is an answer.
 *
 * @throws the signal's reason, once it aborts
 */
export async function untilAnswered<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  onRetry: (retry: Retry) => void,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const asked = error instanceof Unavailable ? (error.retryAfterMs ?? 0) : 0;
      const delayMs = Math.max(backoff(failures), Math.min(asked, LONGEST_RETRY_AFTER_MS));
      onRetry({ failures, delayMs, error });
      await pause(delayMs, signal);
    }
  }
}
