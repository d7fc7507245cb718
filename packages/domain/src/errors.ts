/** The errors that the service throws, and what zod says. */
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import type { ErrorBody, ErrorStatus } from "./error-body.ts";

/** An error with a status and a sentence for the client; its `cause` is for the log alone. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly status: ErrorStatus;
  readonly details: unknown;

  constructor(
    status: ErrorStatus,
    message: string,
    options: { details?: unknown; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.details = options.details;
  }

  toBody(): ErrorBody {
    return {
      error: this.message,
      status: this.status,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

// The small build of zod has no sentences of its own.
z.config(en());

/** What zod found wrong, with its place: `payload.action_ref: …; payload.parent: …`. */
export function explain(error: z.core.$ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message))
    .join("; ");
}
