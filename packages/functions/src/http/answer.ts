/** What an endpoint answers, and how it looks to API Gateway. */
import type { ErrorBody } from "@attune/domain/error-body";
import { ServiceError } from "@attune/domain/errors";
import { type JsonText, objectText } from "@attune/domain/json-text";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

export interface Answer {
  readonly status: number;
  /** JSON, unless the headers say otherwise. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `{"data": …}` and whatever stands beside it. */
export function dataAnswer(
  data: JsonText,
  {
    status = 200,
    beside = {},
    headers = {},
  }: Partial<{
    status: number;
    beside: Readonly<Record<string, JsonText>>;
    headers: Readonly<Record<string, string>>;
  }> = {},
): Answer {
  return { status, body: objectText({ data, ...beside }), headers };
}

/** Statuses after which a client may try again, and in how many seconds. */
const RETRY_AFTER: Partial<Record<number, string>> = { 429: "1", 503: "1" };

export function errorAnswer(
  body: ErrorBody,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const retryAfter = RETRY_AFTER[body.status];
  return {
    status: body.status,
    body: JSON.stringify(body),
    headers: { ...headers, ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }) },
  };
}

export function toGateway({ status, body, headers }: Answer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
    body,
  };
}

/** The one way a route says that there is no such execution. */
export const notFound = (id: number | bigint) =>
  new ServiceError(404, `Execution with ID ${id} not found`);
