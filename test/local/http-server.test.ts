import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { gateway } from "@attune/local/http/gateway";
import { type HttpServer, startHttpServer } from "@attune/local/http/server";
import { localFunction } from "@attune/local/invoke";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = "/api/v1/executions";
const limits = { timeout: 0.2, memory: 128 };

const started = Promise.withResolvers<void>();
/** What the handlers do, by the query of the request. */
const acts: Record<string, () => unknown> = {
  throw: () => {
    throw new Error("secret");
  },
  hang: () => sleep(10_000, undefined, { ref: false }),
  slow: async () => {
    started.resolve();
    await sleep(100);
    return { statusCode: 200, body: "late" };
  },
  cookies: () => ({ statusCode: 201, cookies: ["a=1", "b=2"], headers: { "X-Count": 3 } }),
  bytes: () => ({ statusCode: 200, body: "AP8=", isBase64Encoded: true }),
  malformed: () => ({ status: 200 }),
};

const act = localFunction("query", limits, (event) => {
  const query =
    typeof event === "object" && event !== null && "rawQueryString" in event
      ? String(event.rawQueryString)
      : "";
  return acts[query]?.() ?? { statusCode: 200, body: JSON.stringify(event) };
});
const functions = new Map([
  ["query", act],
  ["command", act],
  ["fallback", localFunction("fallback", limits, () => ({ statusCode: 404, body: "none" }))],
]);

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer(0, gateway(functions, {}));
});
afterAll(() => server.stop(100));

async function ask(query: string, init?: RequestInit) {
  const answer = await fetch(`${server.url}${path}?${query}`, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Sends bytes, resolves with all that comes back. */
async function send(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.end(bytes);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

describe("the HTTP server", () => {
  it("answers with status, headers, cookies and bytes of the function", async () => {
    const cookies = await ask("cookies");
    expect(cookies.status).toBe(201);
    expect(cookies.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(cookies.headers.get("x-count")).toBe("3");

    const bytes = await fetch(`${server.url}${path}?bytes`);
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255]);
  });

  it.each([
    ["throw", 500],
    ["malformed", 500],
    ["hang", 503],
  ])("answers %s with %i in the shape of all errors", async (query, status) => {
    const answer = await ask(query);
    const body: unknown = JSON.parse(answer.text);

    expect(answer.status).toBe(status);
    expect(body).toEqual({ error: expect.any(String), status });
    expect(answer.text).not.toContain("secret");
  });

  it("refuses a body over 10 MB and takes one just below", async () => {
    const large = await ask("", { method: "POST", body: "x".repeat(10 * 1024 * 1024 + 1) });
    expect([large.status, JSON.parse(large.text)]).toEqual([
      413,
      { error: expect.any(String), status: 413 },
    ]);
    const fits = await ask("cookies", { method: "POST", body: "x".repeat(10 * 1024 * 1024) });
    expect(fits.status).toBe(201);
  });

  it("refuses a body over 10 MB that does not tell its length", async () => {
    const chunks = Array.from({ length: 11 }, () => new Uint8Array(1024 * 1024));
    const large = await ask("", {
      method: "POST",
      body: ReadableStream.from(chunks),
      duplex: "half",
    });
    expect(large.status).toBe(413);
  });

  it("sends other methods to the fallback", async () => {
    const answer = await fetch(`${server.url}${path}`, { method: "HEAD" });
    expect(answer.status).toBe(404);
  });

  it("refuses what is no HTTP, in the shape of all errors", async () => {
    const answer = await send("nonsense\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toEqual({
      error: expect.any(String),
      status: 400,
    });
  });

  it("survives a client that hangs up", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const half = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`;
    await new Promise((resolve) => socket.write(half, resolve));
    socket.resetAndDestroy();
    expect((await ask("cookies")).status).toBe(201);
  });

  it("answers on localhost, and on no address but loopback", async () => {
    const { port } = new URL(server.url);
    expect((await fetch(`http://localhost:${port}/`)).status).toBe(404);
    for (const address of Object.values(networkInterfaces()).flat())
      if (address?.family === "IPv4" && !address.internal)
        await expect(fetch(`http://${address.address}:${port}/`)).rejects.toThrow();
  });

  it("finishes what is in flight when it stops", async () => {
    const other = await startHttpServer(0, gateway(functions, {}));
    const late = fetch(`${other.url}${path}?slow`).then((answer) => answer.text());
    await started.promise;
    await other.stop(2_000);
    expect(await late).toBe("late");
    await expect(fetch(other.url)).rejects.toThrow();
  });

  it("names the port that is taken, and the variable", async () => {
    const port = Number(new URL(server.url).port);
    await expect(startHttpServer(port, gateway(functions, {}))).rejects.toThrow(
      `port ${port} is taken; set PORT`,
    );
  });
});
