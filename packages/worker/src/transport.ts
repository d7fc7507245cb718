/** How a worker reaches the service: four calls, over HTTP or straight to the store. */
import type { JsonText } from "@attune/domain/json-text";
import type { Status } from "@attune/domain/lifecycle";
import type { LogLine } from "@attune/domain/logs";
import type { Outcome } from "./outcome.ts";

/** A worker's hold on an execution; `attempt` is the fencing token, from the message. */
export interface Hold {
  readonly id: number;
  readonly worker: number;
  readonly attempt: number;
}

export type Answer<T> =
  | { readonly is: "accepted"; readonly value: T }
  /** For good: the execution is not, or no longer, this worker's. */
  | { readonly is: "refused"; readonly reason: string }
  /** The call is wrong, and would be wrong again: a result that is too large, say. */
  | { readonly is: "invalid"; readonly reason: string };

export interface Claimed {
  /** `canceling` where a cancel came before the claim. */
  readonly status: Status;
  /** The config to the letter. */
  readonly configText: JsonText;
}

/**
 * Each call may be made again after any error, and means the same. Throws where there was no answer,
 * {@link Unavailable} where the service says when to try again.
 */
export interface Transport {
  claim(hold: Hold, signal: AbortSignal): Promise<Answer<Claimed>>;
  heartbeat(
    hold: Hold,
    signal: AbortSignal,
  ): Promise<Answer<{ readonly cancelRequested: boolean }>>;
  /** Lines that follow those of the call before. `truncated`: the log is full, and takes no more. */
  append(
    hold: Hold,
    lines: readonly LogLine[],
    signal: AbortSignal,
  ): Promise<Answer<{ readonly truncated: boolean }>>;
  finish(hold: Hold, outcome: Outcome, signal: AbortSignal): Promise<Answer<void>>;
}

export type Call = keyof Transport;

/** The service does not answer the question now. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  /** The least to wait, where the service says so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
