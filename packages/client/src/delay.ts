/** How long to wait before the next try or poll, and the waiting. */

/** Milliseconds. */
export interface Pace {
  readonly first: number;
  readonly longest: number;
}

/** Milliseconds after the `count`th failure or poll: doubling, and anywhere in the upper half. */
export function delayAfter(count: number, { first, longest }: Pace): number {
  return Math.min(longest, first * 2 ** (count - 1)) * (0.5 + Math.random() / 2);
}

/**
 * Waits some milliseconds.
 *
 * @throws the signal's reason, once it aborts
 */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
