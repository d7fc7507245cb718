import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { serveLoopback } from "../fixtures/loopback.ts";

/** What becomes of a call: cut before or after it was passed on, or answered by the proxy itself. */
export type Fault =
  | "cut"
  | "lose-answer"
  | {
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** A call, as far as it says what it is: the end of its path, or the operation of SQS. */
const nameOf = ({ url = "", headers }: IncomingMessage) =>
  String(headers["x-amz-target"] ?? url).replace(/^.*[./]/, "");

/** An HTTP proxy that breaks calls as `fault` says, by the call's name: `finish`, or `DeleteMessage`. */
export async function startFaultyProxy(target: string, fault: (call: string) => Fault | undefined) {
  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request);
    const made = fault(nameOf(request));
    if (typeof made === "object") {
      response.writeHead(made.status, made.headers).end(made.body);
      return;
    }
    if (made === "cut") return void request.socket.destroy();
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(authorization|content-type|x-amz-.*)$/.test(name),
    );
    const answer = await fetch(target + (request.url ?? "/"), {
      method: request.method ?? "GET",
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
      ...(body === "" ? {} : { body }),
    });
    const answered = await answer.text();
    if (made === "lose-answer") return void request.socket.destroy();
    const type = answer.headers.get("content-type") ?? "application/json";
    response.writeHead(answer.status, { "content-type": type }).end(answered);
  }

  return serveLoopback((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
}

/** A fault of the first calls of a name. */
export function first(times: Readonly<Record<string, number>>, fault: Fault) {
  const made: Record<string, number> = {};
  return (call: string) => {
    const count = (made[call] ?? 0) + 1;
    made[call] = count;
    return count <= (times[call] ?? 0) ? fault : undefined;
  };
}
