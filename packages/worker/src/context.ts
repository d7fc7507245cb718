import type { Action } from "./action.ts";
import type { Emit } from "./events.ts";
import type { Queue } from "./queue.ts";
import type { Transport } from "./transport.ts";

/** What every execution of a worker shares. */
export interface Context {
  readonly workerId: number;
  readonly actions: ReadonlyMap<string, Action>;
  readonly queue: Queue;
  readonly transport: Transport;
  readonly emit: Emit;
  /** Aborts when no message is to be taken any more. */
  readonly stopping: AbortSignal;
  /** Aborts, with a `Cancelled`, when what still runs has to end. */
  readonly halt: AbortSignal;
  readonly heartbeatMs: number;
  readonly visibilitySeconds: number;
  /** What an action gets to stop, once its signal is aborted. */
  readonly graceMs: number;
}
