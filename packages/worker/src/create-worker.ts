/** A worker of a fleet: takes executions from a queue, runs their actions, and says what became of them. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Action } from "./action.ts";
import { Cancelled } from "./cancelled.ts";
import { createEmit, type Emit } from "./events.ts";
import { type HttpSettings, httpTransport } from "./http-transport.ts";
import { poll } from "./poll.ts";
import { openQueue, type QueueSettings } from "./queue.ts";
import { createTaker } from "./take.ts";
import type { Transport } from "./transport.ts";

interface Settings {
  readonly queue: QueueSettings;
  /** Its own for each process: what it claimed is not claimed by another that has the same. */
  readonly workerId: number;
  readonly actions: readonly Action[];
  /** Executions at once; 10 where nothing is said. */
  readonly concurrency?: number;
  /** Between two heartbeats, at most; 20, and no more than 30. */
  readonly heartbeatSeconds?: number;
  /**
   * How long a message stays hidden without a heartbeat; 100. A little more than the 90 s after which a
   * claim lapses, so that whoever gets the message of a dead worker finds that it has.
   */
  readonly visibilitySeconds?: number;
  /** How long one poll waits for a message; 20, SQS's limit. */
  readonly waitSeconds?: number;
  /** What an action gets to stop after a timeout, a lost claim or the end of a drain, and then its last write; 5. */
  readonly graceSeconds?: number;
  /** What runs gets to end after a signal of `stopOn`; 30. */
  readonly drainSeconds?: number;
  /** Signals that drain the worker, such as SIGTERM. A second one ends the process as it always does. */
  readonly stopOn?: readonly NodeJS.Signals[];
  readonly on?: Emit;
}

export type WorkerOptions = Settings & (HttpSettings | { readonly transport: Transport });

export interface Worker {
  /**
   * Takes no more, and lets the poll that is under way and what runs end for `drainSeconds`; then
   * aborts them, and says of each execution what became of it: `failed`, where its action does not end.
   * Resolves when nothing is open any more; never rejects.
   */
  stop(options?: { readonly drainSeconds?: number }): Promise<void>;
}

/**
 * Starts a worker.
 *
 * @throws RangeError for two actions with one name, or times that cannot hold an execution
 */
export function createWorker(options: WorkerOptions): Worker {
  const { heartbeatSeconds = 20, visibilitySeconds = 100, waitSeconds = 20 } = options;
  const { drainSeconds: usualDrain = 30, stopOn = [] } = options;
  const actions = new Map(options.actions.map((action) => [action.ref, action]));
  if (actions.size < options.actions.length)
    throw new RangeError("Two actions have the same reference");
  if (heartbeatSeconds > 30 || heartbeatSeconds * 2 > visibilitySeconds)
    throw new RangeError(
      "A heartbeat comes every 30 s at least, and twice before a message is back",
    );

  const emit = createEmit(options.on);
  const queue = openQueue(options.queue, { waitSeconds, visibilitySeconds });
  const stopping = new AbortController();
  const halt = new AbortController();
  const signals = { stopping: stopping.signal, halt: halt.signal };
  // Every execution listens to it.
  setMaxListeners(0, halt.signal);
  const take = createTaker({
    workerId: options.workerId,
    actions,
    queue,
    transport: "transport" in options ? options.transport : httpTransport(options),
    emit,
    ...signals,
    heartbeatMs: heartbeatSeconds * 1_000,
    visibilitySeconds,
    graceMs: (options.graceSeconds ?? 5) * 1_000,
  });
  const concurrency = options.concurrency ?? 10;
  const polling = poll({ queue, concurrency, take, emit, ...signals });

  async function stop({ drainSeconds = usualDrain } = {}): Promise<void> {
    stopping.abort();
    for (const signal of stopOn) process.off(signal, onSignal);
    emit({ type: "draining", seconds: drainSeconds });
    const drained = new AbortController();
    const { signal } = drained;
    await Promise.race([
      polling,
      sleep(drainSeconds * 1_000, undefined, { signal }).catch(() => undefined),
    ]);
    drained.abort();
    halt.abort(new Cancelled("Its worker was stopped", "stop"));
    await polling;
    queue.close();
    emit({ type: "stopped" });
  }
  const onSignal = () => void stop();
  for (const signal of stopOn) process.once(signal, onSignal);
  return { stop };
}
