/** The one shape of every error that a client sees. */
import * as z from "zod/mini";

export const ErrorStatus = z.literal([400, 404, 405, 409, 413, 415, 429, 500, 503]);
export type ErrorStatus = z.infer<typeof ErrorStatus>;

export const ErrorBody = z.object({
  /** One sentence that a person understands. */
  error: z.string(),
  status: ErrorStatus,
  details: z.optional(z.unknown()),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
