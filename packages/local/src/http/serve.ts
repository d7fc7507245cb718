import type { IncomingMessage, ServerResponse } from "node:http";
import { log } from "../log.ts";
import { type Answer, errorAnswer } from "./answer.ts";
import type { HttpRequest } from "./event.ts";

export type Respond = (request: HttpRequest) => Promise<Answer>;

/** Bytes: API Gateway's own limit. */
const bodyLimit = 10 * 1024 * 1024;
/** A client that is cut off while it still sends does not hear why: so much is taken in and thrown away. */
const patience = 10 * bodyLimit;

/** Reads one request, answers it; a client that hangs up on the way is no error. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  respond: Respond,
): Promise<void> {
  response.on("error", () => undefined);
  try {
    const body = await readBody(request);
    if (body === undefined) {
      send(response, errorAnswer(413, "The request body is larger than 10 MB"), true);
      request.resume();
      return;
    }
    send(response, await respond(toRequest(request, body)), false);
  } catch (error) {
    if (request.destroyed && !request.complete) return;
    log(`${request.method} ${request.url} failed`, error);
    send(response, errorAnswer(500, "Internal server error"), true);
  }
}

/** `undefined` when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= bodyLimit) chunks.push(bytes);
    if (size > patience) break;
  }
  return size > bodyLimit ? undefined : Buffer.concat(chunks);
}

function toRequest(request: IncomingMessage, body: Buffer): HttpRequest {
  const target = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/i, "") || "/";
  const mark = target.indexOf("?");
  return {
    method: request.method ?? "GET",
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? "" : target.slice(mark + 1),
    protocol: `HTTP/${request.httpVersion}`,
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer, last: boolean): void {
  if (response.headersSent || response.destroyed) return;
  const length = status === 204 || status === 304 ? {} : { "content-length": body.length };
  response.writeHead(status, { ...headers, ...length, ...(last && { connection: "close" }) });
  response.end(body);
}
