import { once } from "node:events";
import { startHttpServer } from "@attune/local/http/server";
import { localFunction } from "@attune/local/invoke";
import { manageConnections } from "@attune/local/live/management";
import { openSockets } from "@attune/local/live/sockets";
import { upgradeTo } from "@attune/local/live/upgrade";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";

const Event = z.object({
  requestContext: z.object({
    routeKey: z.string(),
    eventType: z.string(),
    connectionId: z.string(),
    disconnectStatusCode: z.int().optional(),
  }),
  headers: z.record(z.string(), z.string()).optional(),
  queryStringParameters: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A WebSocket API whose function notes what it is told, and answers `status`. */
async function start(status = 200, patience = { idleSeconds: 600, connectionSeconds: 7_200 }) {
  const told: z.infer<typeof Event>[] = [];
  let notice = () => {};
  const live = localFunction("live", { timeout: 5, memory: 128 }, (event) => {
    told.push(Event.parse(event));
    notice();
    return { statusCode: status };
  });
  const sockets = openSockets(patience);
  const http = await startHttpServer(
    0,
    async () => ({ status: 404, headers: {}, body: Buffer.alloc(0) }),
    upgradeTo(sockets, new Map([["live", live]])),
  );
  const management = await startHttpServer(0, manageConnections(sockets));
  stops.push(
    () => management.stop(0),
    () => http.stop(0),
    async () => sockets.closeAll(),
  );
  const url = http.url.replace("http", "ws");
  return {
    told,
    connect: (path = "/ws") => new WebSocket(`${url}${path}`),
    /** Waits until the function was told so often. */
    untilTold: (times: number) =>
      new Promise<void>((resolve) => {
        notice = () => told.length >= times && resolve();
        notice();
      }),
    manage: (method: string, connection: string, body: string | null = null) =>
      fetch(`${management.url}/@connections/${connection}`, { method, body }),
  };
}

async function closeOf(socket: WebSocket): Promise<number> {
  const [event] = await once(socket, "close");
  return z.object({ code: z.int() }).parse(event).code;
}

describe("a connection", () => {
  it("is told of as API Gateway tells, and spoken to by its id", async () => {
    const api = await start();
    const socket = api.connect("/ws?access_token=a&x=1&x=2");
    const heard = once(socket, "message");
    await once(socket, "open");
    socket.send('{"type":"ping"}');
    await api.untilTold(2);
    const [connected, said] = api.told;
    expect(connected).toMatchObject({
      requestContext: { routeKey: "$connect", eventType: "CONNECT" },
      queryStringParameters: { access_token: "a", x: "1,2" },
      headers: { upgrade: "websocket" },
    });
    const { connectionId = "" } = connected?.requestContext ?? {};
    expect(said).toEqual({
      requestContext: { routeKey: "$default", eventType: "MESSAGE", connectionId },
      body: '{"type":"ping"}',
    });
    expect((await api.manage("GET", connectionId)).status).toBe(200);
    expect((await api.manage("POST", connectionId, "hello")).status).toBe(200);
    const [message] = await heard;
    expect(z.object({ data: z.string() }).parse(message).data).toBe("hello");
    expect((await api.manage("POST", connectionId, "x".repeat(131_073))).status).toBe(413);
    const closed = closeOf(socket);
    expect((await api.manage("DELETE", connectionId)).status).toBe(204);
    expect(await closed).toBe(1001);
    await api.untilTold(3);
    expect(api.told[2]?.requestContext).toMatchObject({
      ...{ routeKey: "$disconnect", eventType: "DISCONNECT", connectionId },
    });
    const gone = await api.manage("POST", connectionId, "hello");
    expect([gone.status, gone.headers.get("x-amzn-errortype")]).toEqual([410, "GoneException"]);
  });

  it.each([
    ["idle for too long", { idleSeconds: 0.05, connectionSeconds: 60 }],
    ["there for too long", { idleSeconds: 60, connectionSeconds: 0.05 }],
  ])("that is %s is closed", async (_, patience) => {
    const api = await start(200, patience);
    expect(await closeOf(api.connect())).toBe(1001);
  });

  it("with a message that is too large is closed, and nobody is told of that", async () => {
    const api = await start();
    const socket = api.connect();
    await once(socket, "open");
    socket.send("x".repeat(131_073));
    expect(await closeOf(socket)).toBe(1009);
    await api.untilTold(2);
    expect(api.told.map(({ requestContext }) => requestContext.eventType)).toEqual([
      "CONNECT",
      "DISCONNECT",
    ]);
  });
});

it.each([
  ["where the function refuses it", 403, "/ws"],
  ["at another path", 200, "/wss"],
])("a connection is not made %s", async (_, status, path) => {
  const api = await start(status);
  const socket = api.connect(path);
  await once(socket, "error");
  expect(api.told.map(({ requestContext }) => requestContext.eventType)).toEqual(
    path === "/ws" ? ["CONNECT"] : [],
  );
});
