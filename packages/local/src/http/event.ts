import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Match } from "./router.ts";

export interface HttpRequest {
  readonly method: string;
  /** As it was sent, still encoded. */
  readonly path: string;
  readonly query: string;
  readonly protocol: string;
  /** Names and values in turns, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
}

/**
 * The event of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html,
 * payload format 2.0.
 */
export function httpEvent(
  request: HttpRequest,
  { routeKey, pathParameters }: Match,
  now = new Date(),
): APIGatewayProxyEventV2 {
  const { cookie, ...headers } = joinHeaders(request.rawHeaders);
  const query = joinPairs(new URLSearchParams(request.query), ",");
  const domainName = headers.host ?? "localhost";
  return {
    version: "2.0",
    routeKey,
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: {
      accountId: "000000000000",
      apiId: "local",
      domainName,
      domainPrefix: domainName.split(".")[0] ?? domainName,
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: logTime(now),
      timeEpoch: now.getTime(),
    },
    ...eventBody(request.body, headers["content-type"] ?? ""),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters: { ...pathParameters } }),
  };
}

export function joinHeaders(raw: readonly string[]): Record<string, string> {
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const pairs = names.map((name, index) => [name, raw[index * 2 + 1] ?? ""] as const);
  const cookies = pairs.filter(([name]) => name === "cookie").map(([, value]) => value);
  return {
    ...joinPairs(pairs, ","),
    ...(cookies.length > 0 && { cookie: cookies.join("; ") }),
  };
}

export function joinPairs(pairs: Iterable<readonly [string, string]>, separator: string) {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  return Object.fromEntries(joined);
}

const text = /^(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/i;

function eventBody(body: Buffer, contentType: string) {
  if (body.length === 0) return { isBase64Encoded: false };
  const decoded = text.test(contentType) ? body.toString("utf8") : undefined;
  if (decoded !== undefined && Buffer.from(decoded).equals(body))
    return { body: decoded, isBase64Encoded: false };
  return { body: body.toString("base64"), isBase64Encoded: true };
}

/** `12/Mar/2020:19:03:58 +0000` */
export function logTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(" ");
  return `${day}/${month}/${year}:${clock} +0000`;
}
