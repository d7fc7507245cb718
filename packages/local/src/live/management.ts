import { socketLimits } from "@attune/topology/live";
import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { HttpRequest } from "../http/event.ts";
import type { Respond } from "../http/serve.ts";
import type { Sockets } from "./sockets.ts";

const path = /^\/@connections\/([^/]+)$/;

/** An error as the SDK reads it. */
function refusal(status: number, type: string): Answer {
  const answer = jsonAnswer(status, { message: type });
  return { ...answer, headers: { ...answer.headers, "x-amzn-errortype": type } };
}

const gone = refusal(410, "GoneException");
const done: Answer = { status: 200, headers: {}, body: Buffer.alloc(0) };

/** Method → what it does with a connection that is there. */
const methods: Readonly<
  Record<string, (sockets: Sockets, id: string, request: HttpRequest) => Promise<Answer>>
> = {
  async POST(sockets, id, { body }) {
    if (body.length > socketLimits.messageBytes) return refusal(413, "PayloadTooLargeException");
    return (await sockets.send(id, body.toString())) ? done : gone;
  },
  DELETE: async (sockets, id) => (sockets.close(id) ? { ...done, status: 204 } : gone),
  GET: async (sockets, id) => (sockets.has(id) ? jsonAnswer(200, {}) : gone),
};

/**
 * API Gateway's management API of WebSockets:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function manageConnections(sockets: Sockets): Respond {
  return async (request) => {
    const [, encoded] = path.exec(request.path) ?? [];
    const method = methods[request.method];
    if (encoded === undefined || method === undefined) return refusal(403, "ForbiddenException");
    return method(sockets, decodeURIComponent(encoded), request);
  };
}
