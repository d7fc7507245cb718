import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { portTaken } from "../engines/ports.ts";
import { errorAnswer, rawAnswer } from "./answer.ts";
import type { HttpRequest } from "./event.ts";
import { type Respond, serve } from "./serve.ts";

export interface HttpServer {
  readonly url: string;
  /** Takes no more requests; cuts those off that are still not answered after `grace` milliseconds. */
  stop(grace: number): Promise<void>;
}

export type { HttpRequest, Respond };

/** Takes over a connection that asks for another protocol. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const refuseUpgrade: Upgrade = (_, socket) =>
  socket.end(rawAnswer(errorAnswer(404, "There is no WebSocket here")));

/** Serves HTTP on loopback: on 127.0.0.1, and on ::1 where there is one, since `localhost` means both. */
export async function startHttpServer(
  port: number,
  respond: Respond,
  upgrade: Upgrade = refuseUpgrade,
): Promise<HttpServer> {
  const first = await listen(port, "127.0.0.1", respond, upgrade);
  if (first === undefined) throw new Error("127.0.0.1 is not there");
  const second = await listen(portOf(first), "::1", respond, upgrade);
  const servers = second === undefined ? [first] : [first, second];
  return {
    url: `http://127.0.0.1:${portOf(first)}`,
    stop: async (grace) => void (await Promise.all(servers.map((server) => close(server, grace)))),
  };
}

async function listen(
  port: number,
  host: string,
  respond: Respond,
  upgrade: Upgrade,
): Promise<Server | undefined> {
  // Longer than a client keeps an idle connection: whoever closes first may cut off a request.
  const options = { keepAliveTimeout: 65_000, requireHostHeader: false };
  const server = createServer(options, (request, response) => serve(request, response, respond));
  server.on("clientError", refuse);
  server.on("upgrade", upgrade);
  server.listen(port, host);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") throw portTaken(port, "PORT", error);
    if (host === "::1") return undefined;
    throw error;
  }
}

/** Node's code for what was wrong → the HTTP status. */
const refusals: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const status = refusals[error.code ?? ""] ?? 400;
  socket.end(rawAnswer(errorAnswer(status, "The request is not valid HTTP")));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return address.port;
}

async function close(server: Server, grace: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const deadline = Date.now() + grace;
  while (server.listening || (await connections(server)) > 0) {
    if (Date.now() > deadline) server.closeAllConnections();
    else server.closeIdleConnections();
    await sleep(10);
  }
  await closed;
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}
