import { backoff, pause } from "./retry.ts";

/**
 * Beats every so often until `signal` aborts: sooner after a beat that failed. Never throws.
 *
 * @param everyMs milliseconds between two beats
 */
export async function keepAlive(
  everyMs: number,
  beat: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; ) {
    await pause(failures === 0 ? everyMs : Math.min(everyMs, backoff(failures)), signal);
    if (signal.aborted) return;
    failures = (await beat()) ? 0 : failures + 1;
  }
}
