import { backoff, pause } from "./retry.ts";

/**
 * Milliseconds from the end of a beat that took some to the next one. From beginning to beginning it is 0.7 to
 * 0.9 of `everyMs`: what is told by a beat has been heard within `everyMs` then, and executions that were
 * claimed together do not beat together.
 */
export function pauseAfter(
  everyMs: number,
  tookMs: number,
  random: () => number = Math.random,
): number {
  return Math.max(0, everyMs * (0.7 + 0.2 * random()) - tookMs);
}

/**
 * Beats every so often until `signal` aborts: sooner after a beat that failed. Never throws.
 *
 * @param everyMs milliseconds between the beginnings of two beats, at most
 */
export async function keepAlive(
  everyMs: number,
  beat: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let tookMs = 0;
  for (let failures = 0; ; ) {
    const usual = pauseAfter(everyMs, tookMs);
    await pause(failures === 0 ? usual : Math.min(usual, backoff(failures)), signal);
    if (signal.aborted) return;
    const start = performance.now();
    failures = (await beat()) ? 0 : failures + 1;
    tookMs = performance.now() - start;
  }
}
