/** Reading what the API answers. */
import { ApiError } from "./errors.ts";

/** What every answer has. */
export interface Answer {
  readonly data: unknown;
}

/** Beyond `data`, the service is trusted to answer as its schemas say. */
const isAnswer = <A extends Answer>(value: unknown): value is A =>
  typeof value === "object" && value !== null && "data" in value;

/**
 * The answer of a call that was accepted.
 *
 * @throws ApiError where something else than the API answers
 */
export function readAnswer<A extends Answer>(
  { status }: Response,
  text: string,
  parse: (text: string) => unknown,
): A {
  try {
    const value = parse(text);
    if (isAnswer<A>(value)) return value;
  } catch (cause) {
    throw new ApiError(status, notTheApi(status), { cause });
  }
  throw new ApiError(status, notTheApi(status));
}

const notTheApi = (status: number) => `The answer, ${status}, is none of the API's`;

/** The error that an answer stands for: the service's own, or that of a gateway on the way. */
export function readError({ status, headers }: Response, text: string): ApiError {
  const { error, message, details } = membersOf(text);
  const sentence = [error, message].find((one) => typeof one === "string");
  return new ApiError(status, sentence ?? notTheApi(status), {
    details,
    retryAfter: retryAfter(headers.get("retry-after")),
  });
}

/** The members of a JSON object; none where the text is something else. */
function membersOf(text: string): { error?: unknown; message?: unknown; details?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Milliseconds, from seconds or an HTTP date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : Date.parse(header) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
