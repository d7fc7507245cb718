import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds to wait before the try after `failures` failed ones: 100, doubling to 2,000. */
export function backoff(failures: number): number {
  return Math.min(2_000, 100 * 2 ** Math.max(0, failures - 1));
}

/** Waits, at most until `signal` aborts; never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
