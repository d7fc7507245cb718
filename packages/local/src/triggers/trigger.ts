/** Something that invokes a function until it is stopped. */
export interface Trigger {
  /** Takes nothing new; resolves once what is in flight is done. */
  stop(): Promise<void>;
}

/** Runs `loop` until it is stopped. */
export function startLoop(loop: (signal: AbortSignal) => Promise<void>): Trigger {
  const stopping = new AbortController();
  const running = loop(stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
