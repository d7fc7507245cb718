import { accessPatterns } from "@attune/store/access-patterns/index";
import { MOST_SUBSCRIPTIONS } from "@attune/store/live/connections";
import { cursorOf } from "@attune/store/live/entries";
import { createAppend, moveMark, openLog, readMark } from "@attune/store/live/log";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { changeOf, type LiveWorld, refused, startLiveWorld } from "../fixtures/live-world.ts";

let world: LiveWorld;
beforeAll(async () => {
  world = await startLiveWorld();
});
afterEach(async () => {
  world.gate = () => undefined;
  world.fault = () => undefined;
  await Promise.all([...world.clients.keys()].map((connection) => world.disconnect(connection)));
  world.clients.clear();
});
afterAll(() => world.stop());

async function subscribed(...connections: readonly string[]): Promise<void> {
  for (const connection of connections) {
    await world.connect(connection);
    await world.say(connection, { type: "subscribe", filter: { enforcement: 7 } });
  }
}

async function stored(): Promise<number> {
  const params = accessPatterns.subscriptionsOf.params(world.store.tables, { kind: "enforcement" });
  return (await world.store.client.send(new QueryCommand(params))).Items?.length ?? 0;
}

let last = 0;
const append = async (...versions: readonly number[]) => {
  const id = ++last;
  const seq = await world.append(versions.map((version) => changeOf(id, version)));
  return { id, seq };
};

describe("the notifier", () => {
  it("tells again what it told before it died, in order, and nobody misses anything", async () => {
    await subscribed("a", "b");
    const { id, seq } = await append(1, 2, 3);
    let posts = 0;
    world.fault = () => (++posts > 4 ? refused : undefined);
    // Neither told nor closed: it may only fail.
    await expect(world.notify([seq])).rejects.toThrow();
    world.fault = () => undefined;
    await world.notify([seq]);
    const [one, two, three] = [1, 2, 3].map((version) => `${id} ${version}`);
    for (const connection of ["a", "b"]) {
      const told = world.told(connection);
      expect(told.slice(-3)).toEqual([one, two, three]);
      expect(told.slice(0, -3)).toEqual([one, two, three].slice(0, told.length - 3));
      expect(told.length).toBeLessThan(6);
    }
  });

  it("tells nobody twice of a batch that comes again", async () => {
    await subscribed("a");
    const { id, seq } = await append(1, 2);
    await world.notify([seq]);
    await world.notify([seq]);
    expect(world.told("a")).toEqual([`${id} 1`, `${id} 2`]);
  });

  it("finds in the log what a batch had that was given up", async () => {
    await subscribed("a");
    const before = await append(1);
    await world.notify([before.seq]);
    const lost = await append(1, 2);
    const after = await append(1);
    await world.notify([after.seq]);
    expect(world.told("a")).toEqual(
      [before.id, lost.id, lost.id, after.id].map((id, at) => `${id} ${at === 2 ? 2 : 1}`),
    );
    expect(await readMark(world.store, "told")).toBe(after.seq);
  });

  it("goes on where another instance of it has been", async () => {
    await subscribed("a");
    const first = await append(1);
    await world.notify([first.seq]);
    const other = await append(1);
    await moveMark(world.store, "told", other.seq, first.seq);
    const next = await append(1);
    await world.notify([next.seq]);
    const mark = await readMark(world.store, "told");
    const again = await append(1);
    await world.notify([again.seq]);
    expect(mark).toBe(other.seq);
    expect(await readMark(world.store, "told")).toBe(again.seq);
    expect(world.told("a")).toContain(`${next.id} 1`);
    expect(world.told("a")).toContain(`${again.id} 1`);
  });
});

describe("a client", () => {
  it("that is gone is forgotten, with all that it had subscribed to", async () => {
    await subscribed("a", "b");
    await world.say("a", { type: "subscribe", id: "more", filter: { enforcement: 8 } });
    expect(await stored()).toBe(3);
    world.clients.delete("a");
    const { id, seq } = await append(1);
    await world.notify([seq]);
    expect(await stored()).toBe(1);
    expect(world.told("b")).toEqual([`${id} 1`]);
  });

  it("that cannot be told is sent away, and goes on from its cursor", async () => {
    await subscribed("a", "b");
    const { id, seq } = await append(1, 2);
    const subscription = world.clients.get("a")?.[0];
    world.fault = (method, connection) =>
      method === "POST" && connection === "a" ? refused : undefined;
    await world.notify([seq]);
    expect([...world.clients.keys()]).toEqual(["b"]);
    expect(await stored()).toBe(1);
    world.fault = () => undefined;
    await world.connect("a2");
    const since = subscription?.type === "subscribed" ? subscription.cursor : "";
    await world.say("a2", { type: "subscribe", filter: { enforcement: 7 }, since });
    expect(world.told("a2")).toEqual(world.told("b"));
    expect(world.told("a2")).toEqual([`${id} 1`, `${id} 2`]);
  });

  it("that does not answer holds nobody up for long", async () => {
    const others = Array.from({ length: 20 }, (_, at) => `o${at}`);
    await subscribed("slow", ...others);
    const { id, seq } = await append(1, 2);
    world.fault = (method, connection) =>
      method === "POST" && connection === "slow" ? "hang" : undefined;
    const notified = world.notify([seq]);
    const { until } = await import("../fixtures/executions.ts");
    await until(
      async () => others.map((connection) => world.told(connection).length),
      (counts) => counts.every((count) => count === 2),
    );
    // It has not been given up yet.
    expect(world.clients.has("slow")).toBe(true);
    await notified;
    expect(world.clients.has("slow")).toBe(false);
    expect(world.told("o0")).toEqual([`${id} 1`, `${id} 2`]);
  });

  it("that is not known is sent away when it subscribes", async () => {
    world.clients.set("stranger", []);
    await world.say("stranger", { type: "subscribe", filter: { enforcement: 7 } });
    expect(world.clients.has("stranger")).toBe(false);
    expect(await stored()).toBe(0);
  });

  it("that is told of trouble has no half of a subscription left", async () => {
    await world.connect("a");
    let queries = 0;
    world.gate = (call) => {
      // The head is read, and then what came after it.
      if (call === "QueryCommand" && ++queries === 2) throw new Error("on purpose");
      return undefined;
    };
    await world.say("a", { type: "subscribe", filter: { enforcement: 7 } });
    expect(world.clients.get("a")?.map(({ type }) => type)).toEqual(["subscribed", "error"]);
    expect(world.clients.get("a")?.at(-1)).toEqual({
      ...{ type: "error", id: "default", status: 500 },
      error: "The service failed to answer; the failure is logged",
    });
    expect(await stored()).toBe(0);
  });

  it("has no more subscriptions than it may have, whatever comes at once", async () => {
    await world.connect("a");
    await Promise.all(
      Array.from({ length: MOST_SUBSCRIPTIONS + 5 }, (_, at) =>
        world.say("a", { type: "subscribe", id: `s${at}`, filter: { enforcement: 7 } }),
      ),
    );
    expect(await stored()).toBe(MOST_SUBSCRIPTIONS);
    const messages = world.clients.get("a") ?? [];
    expect(messages.filter(({ type }) => type === "error")).toHaveLength(5);
    await world.disconnect("a");
    expect(await stored()).toBe(0);
  });
});

it("a cursor that is older than an hour is told to load again", async () => {
  const clock = { ...world.store, now: () => new Date(Date.now() - 3_700_000) };
  await openLog(world.store, createAppend(world.store));
  const since = cursorOf({ seq: (await createAppend(clock)([changeOf(1, 1)])) - 1 });
  await world.connect("a");
  await world.say("a", { type: "subscribe", since });
  expect(world.clients.get("a")?.map(({ type }) => type)).toEqual(["subscribed", "reload"]);
});
