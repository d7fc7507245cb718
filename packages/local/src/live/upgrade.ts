import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { liveRoutes, socketLimits } from "@attune/topology/live";
import { type WebSocket, WebSocketServer } from "ws";
import * as z from "zod";
import { errorAnswer, rawAnswer } from "../http/answer.ts";
import type { Upgrade } from "../http/server.ts";
import type { LocalFunction } from "../invoke.ts";
import { log } from "../log.ts";
import { take } from "../resources.ts";
import { type Connection, type Happening, socketEvent } from "./event.ts";
import type { Sockets } from "./sockets.ts";

const PATH = "/ws";

const Answer = z.object({ statusCode: z.int() });

/**
 * Serves WebSockets at `/ws` with the function of the WebSocket API, as API Gateway does: a connection is there once its
 * `$connect` was answered, and its messages come at the same time as each other.
 */
export function upgradeTo(
  sockets: Sockets,
  functions: ReadonlyMap<string, LocalFunction>,
): Upgrade {
  const server = new WebSocketServer({ noServer: true, maxPayload: socketLimits.messageBytes });

  async function tell(connection: Connection, happening: Happening): Promise<number> {
    const target = take(functions, liveRoutes[happening.routeKey]);
    return Answer.parse(await target.invoke(socketEvent(connection, happening))).statusCode;
  }

  const tellOrLog = (connection: Connection, happening: Happening) =>
    tell(connection, happening).catch((error: unknown) => log(`${PATH} failed`, error));

  function serve(connection: Connection, socket: WebSocket): void {
    sockets.add(connection.id, socket);
    socket.on("error", () => undefined);
    socket.on("message", (data) => {
      const body = data.toString();
      void tellOrLog(connection, { routeKey: "$default", eventType: "MESSAGE", body });
    });
    socket.on("close", (disconnectStatusCode, reason) => {
      const disconnectReason = reason.toString();
      const about = { disconnectStatusCode, disconnectReason };
      void tellOrLog(connection, { routeKey: "$disconnect", eventType: "DISCONNECT", ...about });
    });
  }

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => undefined);
    if (new URL(request.url ?? "/", "ws://localhost").pathname !== PATH)
      return void socket.end(rawAnswer(errorAnswer(404, `There is a WebSocket at ${PATH} alone`)));
    const id = randomBytes(9).toString("base64url");
    const connection = { id, request, connectedAt: Date.now() };
    const status = await tell(connection, { routeKey: "$connect", eventType: "CONNECT" });
    if (status >= 300)
      return void socket.end(rawAnswer(errorAnswer(status, "The connection is refused")));
    server.handleUpgrade(request, socket, head, (opened) => serve(connection, opened));
  }

  return (request, socket, head) => {
    accept(request, socket, head).catch((error: unknown) => {
      log(`${PATH} failed`, error);
      socket.end(rawAnswer(errorAnswer(500, "Internal server error")));
    });
  };
}
