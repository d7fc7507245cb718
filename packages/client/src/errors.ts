/** What a call rejects with, beside the reason of a signal that the caller aborts. */
import type { Execution } from "@attune/domain/view";

/** The API says no; `message` is its sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** What the API says beside the sentence, such as `{ status: "completed" }` with a 409. */
  readonly details: unknown;
  /** Milliseconds to wait before another try, where the API says so. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    message: string,
    options: { details?: unknown; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}

/** There was no answer, or not all of it; `cause` says why. What was asked for may have been done. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** The execution was not over in time. */
export class WaitTimeout extends Error {
  override readonly name = "WaitTimeout";
  /** As it was last seen; `undefined` where no poll was answered. */
  readonly execution: Execution | undefined;

  constructor(message: string, execution: Execution | undefined, options: { cause: unknown }) {
    super(message, options);
    this.execution = execution;
  }
}
