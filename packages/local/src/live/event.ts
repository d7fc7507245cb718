import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { joinHeaders, joinPairs, logTime } from "../http/event.ts";

export interface Connection {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly connectedAt: number;
}

/** What differs between the three events of a connection. */
export type Happening =
  | { readonly routeKey: "$connect"; readonly eventType: "CONNECT" }
  | { readonly routeKey: "$default"; readonly eventType: "MESSAGE"; readonly body: string }
  | {
      readonly routeKey: "$disconnect";
      readonly eventType: "DISCONNECT";
      readonly disconnectStatusCode: number;
      readonly disconnectReason: string;
    };

/**
 * The event of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-lambda-integrations.html: headers and
 * query come with `$connect` alone.
 */
export function socketEvent({ id, request, connectedAt }: Connection, happening: Happening) {
  const now = new Date();
  const { routeKey, eventType } = happening;
  const headers = joinHeaders(request.rawHeaders);
  const { searchParams } = new URL(request.url ?? "/", "ws://localhost");
  return {
    ...(eventType === "CONNECT" && {
      headers,
      ...(searchParams.size > 0 && { queryStringParameters: joinPairs(searchParams, ",") }),
    }),
    requestContext: {
      ...{ routeKey, eventType },
      ...(eventType === "MESSAGE" && { messageId: randomUUID() }),
      ...(eventType === "DISCONNECT" && {
        disconnectStatusCode: happening.disconnectStatusCode,
        disconnectReason: happening.disconnectReason,
      }),
      ...{ connectionId: id, connectedAt, messageDirection: "IN" },
      ...{ requestId: randomUUID(), extendedRequestId: randomUUID() },
      ...{ requestTime: logTime(now), requestTimeEpoch: now.getTime() },
      identity: {
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      ...{ domainName: headers.host ?? "localhost", stage: "$default", apiId: "local" },
    },
    ...(eventType === "MESSAGE" && { body: happening.body }),
    isBase64Encoded: false,
  };
}
