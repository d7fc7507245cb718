import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { httpTransport } from "@attune/worker/http-transport";
import { Unavailable } from "@attune/worker/transport";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveLoopback } from "../fixtures/loopback.ts";

async function serve(listener: RequestListener): Promise<string> {
  const { url, stop } = await serveLoopback(listener);
  onTestFinished(stop);
  return url;
}

const hold = { id: 5, worker: 7, attempt: 2 };
const never = new AbortController().signal;

describe("the transport over HTTP", () => {
  it.each([
    ["a token", "secret", "Bearer secret"],
    ["a function that gets one", async () => "fresh", "Bearer fresh"],
    ["none", undefined, undefined],
  ])("makes the contract's call with %s", async (_, token, authorization) => {
    const calls: unknown[] = [];
    const api = await serve(async (request, response) => {
      const { method, url, headers } = request;
      calls.push({ method, url, authorization: headers.authorization, body: await text(request) });
      response.end('{"data":{}}');
    });
    const transport = httpTransport({ api: `${api}/`, ...(token && { token }) });
    const outcome = { status: "completed", resultText: '{"n":1.10}' } as const;
    expect(await transport.finish(hold, outcome, never)).toEqual({ is: "accepted" });
    expect(calls).toEqual([
      {
        method: "POST",
        url: "/api/v1/executions/5/finish",
        authorization,
        body: '{"worker_id":7,"attempt":2,"status":"completed","result":{"n":1.10}}',
      },
    ]);
  });

  it.each([
    ["seconds", () => "3", 3_000],
    ["a date", () => new Date(Date.now() + 60_000).toUTCString(), 59_000],
    ["a date that is past", () => new Date(0).toUTCString(), 0],
    ["nonsense", () => "soon", undefined],
  ])("hears when to try again: %s", async (_, header, milliseconds) => {
    const api = await serve((_request, response) => {
      response.writeHead(429, { "retry-after": header() }).end("{}");
    });
    const error = await httpTransport({ api })
      .heartbeat(hold, never)
      .catch((caught: unknown) => caught);
    if (!(error instanceof Unavailable)) throw new Error("Not unavailable", { cause: error });
    if (milliseconds === undefined) expect(error.retryAfterMs).toBeUndefined();
    else expect(Math.abs((error.retryAfterMs ?? -9_999) - milliseconds)).toBeLessThan(2_000);
  });

  it.each([
    [409, '{"error":"Execution 5 is failed","status":409}', "refused"],
    [404, '{"error":"Execution with ID 5 not found","status":404}', "refused"],
    [400, '{"error":"attempt: is wrong","status":400}', "invalid"],
    [413, '{"message":"Request Entity Too Large"}', "invalid"],
  ])("takes %i %s as %s", async (status, body, is) => {
    const api = await serve((_, response) => void response.writeHead(status).end(body));
    expect(await httpTransport({ api }).claim(hold, never)).toMatchObject({ is });
  });

  it.each([
    [409, "<html>Conflict</html>"],
    [404, '{"error":"There is no route /x","status":404}'],
    [404, '{"error":"Execution with ID 6 not found","status":404}'],
    [200, "<html>Log in</html>"],
    [500, '{"error":"Something went wrong","status":500}'],
  ])("takes %i %s as no answer", async (status, body) => {
    const api = await serve((_, response) => void response.writeHead(status).end(body));
    await expect(httpTransport({ api }).claim(hold, never)).rejects.toThrow();
  });

  it("does not wait for ever", async () => {
    const api = await serve(() => undefined);
    const transport = httpTransport({ api, timeoutSeconds: 0.05 });
    await expect(transport.heartbeat(hold, never)).rejects.toThrow("timeout");
  });
});
