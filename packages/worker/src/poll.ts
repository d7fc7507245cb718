/**
 * Takes messages as long as there is room for them.
 *
 * A loop of our own, and not `sqs-consumer`: that one receives again only when every message of the last
 * batch is done, so that one slow execution stops all others; its extension of the visibility cannot also
 * be the heartbeat; and its stop neither tells the handlers nor waits for them without polling.
 */
import type { Emit } from "./events.ts";
import type { Delivery, Queue } from "./queue.ts";
import { backoff, pause } from "./retry.ts";

export interface Polling {
  readonly queue: Queue;
  readonly concurrency: number;
  /** Never rejects. */
  readonly take: (delivery: Delivery) => Promise<void>;
  readonly emit: Emit;
  /** Aborts when the worker shall take no more. */
  readonly stopping: AbortSignal;
  /**
   * Aborts when it shall not even wait for the poll that is under way. To cut that off is the last
   * resort: a server that does not notice hides the next messages from everybody for a while.
   */
  readonly halt: AbortSignal;
}

/** Polls until it has to stop, and then waits for what runs. */
export async function poll(polling: Polling): Promise<void> {
  const { queue, concurrency, take, emit, stopping, halt } = polling;
  let running = 0;
  let gap = Promise.withResolvers<void>();
  // A race over all that runs would leave a reaction behind at the long ones, each time.
  const oneEnds = () => {
    gap = Promise.withResolvers();
    return gap.promise;
  };
  const start = async (delivery: Delivery) => {
    running++;
    await take(delivery);
    running--;
    gap.resolve();
  };

  for (let failures = 0; !stopping.aborted; ) {
    if (running >= concurrency) {
      await oneEnds();
      continue;
    }
    try {
      for (const delivery of await queue.receive(concurrency - running, halt)) void start(delivery);
      failures = 0;
    } catch (error) {
      if (halt.aborted) break;
      failures++;
      emit({ type: "error", during: "receive", error });
      await pause(backoff(failures), stopping);
    }
  }
  while (running > 0) await oneEnds();
}
