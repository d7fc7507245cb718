/** The one shape of every error that a client sees, and the errors that the service throws. */
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";

export const ErrorStatus = z.literal([400, 404, 405, 409, 413, 415, 429, 500, 503]);
export type ErrorStatus = z.infer<typeof ErrorStatus>;

export const ErrorBody = z.object({
  /** One sentence that a person understands. */
  error: z.string(),
  status: ErrorStatus,
  details: z.optional(z.unknown()),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

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
