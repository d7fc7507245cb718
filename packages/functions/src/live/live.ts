/**
 * The Lambda of the WebSocket: connections come and go, and each message is a subscription more or less. Whatever
 * a message says, its connection stays open. See docs/live.md.
 */
import { explain, ServiceError } from "@attune/domain/errors";
import { ClientMessage, Subscribe } from "@attune/domain/live";
import { closeConnection, openConnection, unsubscribe } from "@attune/store/live/connections";
import middy from "@middy/core";
import type { APIGatewayProxyResultV2, Context } from "aws-lambda";
import * as z from "zod";
import { explainFailure } from "../http/failure.ts";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";
import { messageText } from "./messages.ts";
import { tell } from "./socket.ts";
import { subscribe } from "./subscribe.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html */
const Event = z.object({
  requestContext: z.object({
    connectionId: z.string(),
    eventType: z.enum(["CONNECT", "MESSAGE", "DISCONNECT"]),
  }),
  body: z.string().nullish(),
});

/** Milliseconds that a replay leaves of an invocation, to end it properly. */
const LEFT_MS = 9_000;

/** The subscription that a message is about, whatever else is wrong with it. */
const About = z
  .object({ type: z.literal(["subscribe", "unsubscribe"]), id: Subscribe.shape.id })
  .transform(({ id }) => ({ id }));

function parse(value: unknown): ClientMessage {
  const parsed = ClientMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError(400, `The message is not valid: ${explain(parsed.error)}`, {
    cause: parsed.error,
    details: parsed.error.issues.map(({ path, message }) => ({ path, message })),
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new ServiceError(400, "The message is not valid JSON", { cause });
  }
}

async function obey(connection: string, message: ClientMessage, context: Context): Promise<void> {
  switch (message.type) {
    case "ping":
      await tell(connection, [messageText({ type: "pong" })]);
      return;
    case "unsubscribe":
      await unsubscribe(store, connection, message.id);
      await tell(connection, [messageText({ type: "unsubscribed", id: message.id })]);
      return;
    case "subscribe":
      await subscribe(connection, message, () => context.getRemainingTimeInMillis() > LEFT_MS);
  }
}

async function hear(connection: string, body: string, context: Context): Promise<void> {
  let value: unknown;
  try {
    value = parseJson(body);
    await obey(connection, parse(value), context);
  } catch (error) {
    const failure = explainFailure(error);
    if (failure.status >= 500) logger.error(failure.error, { error, connection });
    const about = About.safeParse(value).data ?? {};
    await tell(connection, [messageText({ type: "error", ...failure, ...about })]);
  }
}

export const handler = middy<unknown, APIGatewayProxyResultV2>().handler(async (event, context) => {
  const { requestContext, body } = Event.parse(event);
  const { connectionId, eventType } = requestContext;
  if (eventType === "CONNECT") await openConnection(store, connectionId);
  if (eventType === "DISCONNECT") await closeConnection(store, connectionId);
  if (eventType === "MESSAGE") await hear(connectionId, body ?? "", context);
  return { statusCode: 200 };
});
