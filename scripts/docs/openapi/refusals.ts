/** The answers that refuse a request: the contract's error, and what API Gateway says before any code of ours runs. */
import { ErrorBody } from "@attune/domain/error-body";
import * as z from "zod";

/** An HTTP API cannot be told to say it otherwise. */
export const GatewayError = z.object({ message: z.string() });

export interface Refusal {
  readonly name: string;
  readonly says: string;
  readonly schemas: readonly z.core.$ZodType[];
  readonly example: unknown;
  /** It says in `retry-after` when to try again. */
  readonly retried?: true;
}

const refusal = (
  status: z.infer<typeof ErrorBody>["status"],
  name: string,
  says: string,
  error: string,
  more: Partial<Pick<Refusal, "schemas" | "retried">> = {},
): Refusal => ({ name, says, schemas: [ErrorBody], example: { error, status }, ...more });

const either = [ErrorBody, GatewayError];

export const refusals = {
  400: refusal(
    400,
    "Invalid",
    "A parameter, an id, a body or a cursor is not valid.",
    "Invalid execution status: invalid_status",
  ),
  401: {
    name: "Unauthorized",
    says: "The token is missing, or is none of the stage's issuer.",
    schemas: [GatewayError],
    example: { message: "Unauthorized" },
  },
  403: {
    name: "Forbidden",
    says: "The token lacks the scope.",
    schemas: [GatewayError],
    example: { message: "Forbidden" },
  },
  404: refusal(404, "NotFound", "There is no such execution.", "Execution with ID 999 not found"),
  409: refusal(
    409,
    "Conflict",
    "The execution is not the caller's to change, or not any more.",
    "Execution 374021801980118 is completed, and cannot be cancelled",
  ),
  413: refusal(
    413,
    "TooLarge",
    "A config or a result is above 5 MB, lines of a log are above 1 MiB, or a body is above 10 MB.",
    "The config is larger than 5242880 bytes",
    { schemas: either },
  ),
  415: refusal(
    415,
    "NotJson",
    "The body is not JSON.",
    "The request body must be application/json, not text/plain",
  ),
  429: refusal(429, "TooMany", "There are too many requests.", "There are too many requests", {
    schemas: either,
    retried: true,
  }),
  500: refusal(
    500,
    "Failed",
    "Our fault, and in the log.",
    "The service failed to answer; the failure is logged",
  ),
  503: refusal(
    503,
    "Unavailable",
    "A service below is away.",
    "The service is not available for the moment; try again",
    { schemas: either, retried: true },
  ),
} satisfies Record<number, Refusal>;

export type RefusalStatus = keyof typeof refusals;

/** What any route may refuse, whatever it is asked. */
export const always: readonly RefusalStatus[] = [401, 403, 429, 500, 503];
