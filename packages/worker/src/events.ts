/** What a worker tells of itself, for logs and metrics. */
import type { LogStream } from "@attune/domain/logs";
import type { Outcome } from "./outcome.ts";
import type { Call } from "./transport.ts";

interface AboutExecution {
  readonly id: number;
  readonly actionRef: string;
}

export type WorkerEvent =
  | { readonly type: "received"; readonly messageId: string; readonly receives: number }
  | ({ readonly type: "claimed" } & AboutExecution)
  /** The execution is not there to be run: finished, cancelled, or another's. */
  | ({ readonly type: "refused"; readonly reason: string } & AboutExecution)
  /** The service asks for a cancel; the action's signal is aborted. */
  | ({ readonly type: "cancel_requested" } & AboutExecution)
  | ({
      readonly type: "finished";
      readonly status: Outcome["status"];
      /** From the claim to the last write. */
      readonly milliseconds: number;
    } & AboutExecution)
  /** The execution is no longer ours. Nothing of it was written. */
  | ({ readonly type: "lost"; readonly reason: string } & AboutExecution)
  /** An action goes on although its signal was aborted; the worker goes on without it. */
  | ({ readonly type: "unresponsive" } & AboutExecution)
  /** A call got no answer, and is made again. */
  | ({
      readonly type: "retried";
      readonly call: Call;
      readonly failures: number;
      readonly delayMs: number;
      readonly error: unknown;
    } & AboutExecution)
  /** A message goes back to the queue, to be seen again after `seconds`. */
  | { readonly type: "returned"; readonly messageId: string; readonly seconds: number }
  | {
      readonly type: "error";
      readonly during: "receive" | "parse" | "extend" | "delete" | "return" | "run" | Call;
      readonly error: unknown;
      readonly id?: number;
      readonly messageId?: string;
    }
  /** From an action. */
  | ({
      readonly type: "log";
      readonly stream: LogStream;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    } & AboutExecution)
  /** The worker takes no more. */
  | { readonly type: "draining"; readonly seconds: number }
  | { readonly type: "stopped" };

export type Emit = (event: WorkerEvent) => void;

/** A listener that throws does not stop an execution: what it throws becomes a warning of the process. */
export function createEmit(on: Emit | undefined): Emit {
  return (event) => {
    try {
      on?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}
