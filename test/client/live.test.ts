/** The client against a service that misbehaves as no real one would on demand. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createLive, type LiveEvent } from "@attune/client/live";
import type { ClientMessage, ServerMessage, Subscribe } from "@attune/domain/live";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

let server: WebSocketServer;
let url: string;
beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

type Answer = (
  message: ClientMessage,
  send: (message: ServerMessage) => void,
  socket: WebSocket,
) => void;

/** What clients say, and how each of their connections is answered. */
function serve(answer: Answer) {
  const said: ClientMessage[] = [];
  const urls: (string | undefined)[] = [];
  server.on("connection", (socket, request) => {
    urls.push(request.url);
    socket.on("message", (data) => {
      const message: ClientMessage = JSON.parse(String(data));
      said.push(message);
      answer(message, (reply) => socket.send(JSON.stringify(reply)), socket);
    });
  });
  const subscriptions = () =>
    said.filter((message): message is Subscribe => message.type === "subscribe");
  return { said, urls, subscriptions };
}

const created = "2026-11-23T10:00:00.000Z";
const changed = (subscription: string, version: number, id = 1) => ({
  type: "execution.status_changed" as const,
  subscription,
  cursor: `cursor ${version}`,
  version,
  previous_status: "scheduled" as const,
  data: {
    id,
    action_ref: "core.echo",
    status: "running" as const,
    parent: null,
    enforcement: null,
    created,
    updated: created,
  },
});

/** The next so many events. */
async function take(events: AsyncGenerator<LiveEvent, void>, count: number) {
  const taken: LiveEvent[] = [];
  while (taken.length < count) {
    const { value } = await events.next();
    if (value) taken.push(value);
  }
  return taken;
}
const placeOf = (event: LiveEvent) => ("version" in event ? event.version : event.type);

it("goes on where a lost connection had come to", async () => {
  const { subscriptions } = serve((message, send, socket) => {
    if (message.type !== "subscribe") return;
    const id = message.id;
    send({ type: "subscribed", id, cursor: "cursor 1" });
    if (message.since !== undefined) return send(changed(id, 3));
    send(changed(id, 2));
    socket.close();
  });
  const events = createLive({ url }).events({ pack_name: "core" }, { result: true });
  expect((await take(events, 3)).map(placeOf)).toEqual(["subscribed", 2, 3]);
  await events.return();
  expect(subscriptions()).toMatchObject([
    { filter: { pack_name: "core" }, result: true },
    { filter: { pack_name: "core" }, result: true, since: "cursor 2" },
  ]);
});

it("tells no change twice, and none after a later one", async () => {
  serve((message, send) => {
    if (message.type !== "subscribe") return;
    const id = message.id;
    for (const version of [2, 2, 3, 1]) send(changed(id, version));
    send({ type: "batch", messages: [changed(id, 3), changed(id, 4)] });
    send(changed(id, 1, 2));
  });
  const events = createLive({ url }).events();
  expect((await take(events, 4)).map(placeOf)).toEqual([2, 3, 4, 1]);
  await events.return();
});

it("tells no lines twice, whichever of its log and its changes was told of last", async () => {
  const { subscriptions } = serve((message, send) => {
    if (message.type !== "subscribe") return;
    const id = message.id;
    const lines = [{ seq: 1, stream: "stderr", time: created, text: "Hm" } as const];
    const grown = (execution_id: number, to_seq: number) =>
      send({
        ...{ type: "execution.log", subscription: id, cursor: `line ${to_seq}`, execution_id },
        ...{ from_seq: to_seq, to_seq, lines },
      });
    send(changed(id, 5));
    for (const to_seq of [1, 2, 2, 1, 3]) grown(1, to_seq);
    send(changed(id, 5));
    grown(2, 1);
  });
  const events = createLive({ url }).events({}, { logs: true });
  const told = (await take(events, 5)).map((one) =>
    one.type === "execution.log" ? [one.execution_id, one.to_seq] : placeOf(one),
  );
  expect(told).toEqual([5, [1, 1], [1, 2], [1, 3], [2, 1]]);
  await events.return();
  expect(subscriptions()).toMatchObject([{ logs: true }]);
});

it("says that there is a gap", async () => {
  serve((message, send) => {
    if (message.type !== "subscribe") return;
    const id = message.id;
    send({ type: "reload", id, cursor: "cursor 9", reason: "It is too old" });
    send(changed(id, 10));
  });
  const events = createLive({ url }).events({}, { since: "cursor 1" });
  expect(await take(events, 1)).toMatchObject([{ type: "reload", cursor: "cursor 9" }]);
  await events.return();
});

it("leaves a connection that gives no sign of life", async () => {
  let connections = 0;
  serve((message, send) => {
    if (message.type === "ping" && connections > 1) send({ type: "pong" });
    if (message.type !== "subscribe") return;
    connections++;
    if (connections > 1) send(changed(message.id, 2));
  });
  const events = createLive({ url, pingEvery: 20 }).events();
  expect((await take(events, 1)).map(placeOf)).toEqual([2]);
  await events.return();
});

it("asks for no more while its listener is slow, and then for what came after", async () => {
  const { said, subscriptions } = serve((message, send) => {
    if (message.type !== "subscribe") return;
    const first = message.since === undefined ? 1 : Number(message.since.split(" ")[1]) + 1;
    for (let version = first; version <= 2_000; version++) send(changed(message.id, version));
  });
  const events = createLive({ url }).events();
  const first = await take(events, 1);
  const hasLeft = () => said.some(({ type }) => type === "unsubscribe");
  await expect.poll(hasLeft, { interval: 10, timeout: 20_000 }).toBe(true);
  const versions = [...first, ...(await take(events, 1_999))].map(placeOf);
  await events.return();
  expect(versions).toEqual(Array.from({ length: 2_000 }, (_, at) => at + 1));
  expect(subscriptions().map(({ since }) => since)).toEqual([undefined, "cursor 1001"]);
});

it("has one connection for all that listen, and tells each its own", async () => {
  const { urls, subscriptions } = serve((message, send) => {
    if (message.type === "subscribe") send(changed(message.id, message.filter?.execution ?? 0));
  });
  const live = createLive({ url, token: async () => "a token" });
  const [one, other] = [live.events({ execution: 1 }), live.events({ execution: 2 })];
  const told = await Promise.all([take(one, 1), take(other, 1)]);
  expect(told.flat().map(placeOf)).toEqual([1, 2]);
  expect(urls).toEqual(["/?access_token=a+token"]);
  await one.return();
  expect([...server.clients].map(({ readyState }) => readyState)).toEqual([1]);
  await other.return();
  await expect.poll(() => server.clients.size, { interval: 10, timeout: 20_000 }).toBe(0);
  expect(new Set(subscriptions().map(({ id }) => id)).size).toBe(2);
});

it("says what the service refuses", async () => {
  serve((message, send) => {
    if (message.type === "subscribe")
      send({ type: "error", id: message.id, status: 400, error: "No such filter" });
  });
  await expect(createLive({ url }).events().next()).rejects.toMatchObject({
    name: "ApiError",
    status: 400,
    message: "No such filter",
  });
});

it("gives up a service that it has never reached", async () => {
  const events = createLive({ url: "ws://127.0.0.1:1", tries: 2 }).events();
  await expect(events.next()).rejects.toMatchObject({
    name: "NoAnswer",
    message: "ws://127.0.0.1:1 was not reached",
  });
});

it("stops when its signal does", async () => {
  serve(() => {});
  const stopping = new AbortController();
  const events = createLive({ url }).events({}, { signal: stopping.signal });
  const next = events.next();
  stopping.abort("enough");
  await expect(next).rejects.toBe("enough");
  await expect.poll(() => server.clients.size, { interval: 10, timeout: 20_000 }).toBe(0);
});
