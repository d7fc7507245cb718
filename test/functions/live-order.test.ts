/** Subscribing, appending and telling at the same time, step by step in orders by chance. */
import { setTimeout as pause } from "node:timers/promises";
import { isToldOf, type LiveChange, type LiveFilter } from "@attune/domain/live";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { cursorOf } from "@attune/store/live/entries";
import { createAppend, openLog } from "@attune/store/live/log";
import { RowKey } from "@attune/store/live/subscriptions";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { changeOf, type LiveWorld, nameOf, startLiveWorld } from "../fixtures/live-world.ts";
import { type Random, randomFrom } from "../fixtures/random.ts";
import { linesFrom } from "../store/logs/world.ts";

let world: LiveWorld;
beforeAll(async () => {
  world = await startLiveWorld();
});
afterEach(() => {
  world.gate = () => undefined;
});
afterAll(() => world.stop());

/**
 * Lets one of those who wait go on, again and again, until all is done. Now and then one waits for so long that the others
 * get far: what can go wrong lies between two steps of one, and takes many of another.
 */
async function interleave(random: Random, actors: readonly Promise<void>[]): Promise<number> {
  let waiting: { readonly goOn: () => void; readonly from: number }[] = [];
  let steps = 0;
  const stall = () => (random.below(8) === 0 ? random.below(60) : 0);
  world.gate = () => new Promise((goOn) => waiting.push({ goOn, from: steps + stall() }));
  let isDone = false;
  const all = Promise.allSettled(actors).then((outcomes) => {
    isDone = true;
    return outcomes;
  });
  for (let idle = 0; !isDone; ) {
    const ready = waiting.filter(({ from }) => from <= steps || idle > 20);
    const next = ready[random.below(ready.length)];
    waiting = waiting.filter((one) => one !== next);
    next?.goOn();
    idle = next === undefined ? idle + 1 : 0;
    steps += next === undefined ? 0 : 1;
    await pause(1);
  }
  world.gate = () => undefined;
  for (const outcome of await all) if (outcome.status === "rejected") throw outcome.reason;
  return steps;
}

const FILTERS: readonly [LiveFilter, ...LiveFilter[]] = [
  {},
  { execution: 1 },
  { enforcement: 7 },
  { pack_name: "core", status: "running" },
];

interface Appended {
  readonly seq: number;
  readonly changes: readonly LiveChange[];
}

/** Holds the n-th request of a kind from now on: when it has come, and what lets it go on. */
function hold(call: string, nth: number) {
  const { promise: come, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: free, resolve: release } = Promise.withResolvers<void>();
  let seen = 0;
  world.gate = async (name) => {
    if (name !== call || ++seen !== nth) return;
    arrive();
    await free;
  };
  return { come, release };
}

describe("an entry that is told of while a subscription is caught up", () => {
  const next = (id: number) => world.append([changeOf(id, 1)]);

  it("is left to the replay where that has not ended", async () => {
    await world.connect("behind");
    // The first notes the subscription.
    const goLive = hold("UpdateItemCommand", 2);
    const subscribed = world.say("behind", { type: "subscribe" });
    await goLive.come;
    await world.notify([await next(1)]);
    expect(world.told("behind")).toEqual([]);
    goLive.release();
    await subscribed;
    expect(world.told("behind")).toEqual(["1 1"]);
    await world.notify([await next(2)]);
    expect(world.told("behind")).toEqual(["1 1", "2 1"]);
    await world.disconnect("behind");
  });

  it.each([true, false])(
    "is told once where the replay has just ended (read by it: %s)",
    async (isRead) => {
      const connection = `ahead-${isRead}`;
      await world.connect(connection);
      const goLive = hold("UpdateItemCommand", 2);
      const subscribed = world.say(connection, { type: "subscribe" });
      await goLive.come;
      const leave = hold("UpdateItemCommand", 1);
      const seq = await next(3);
      const notified = world.notify([seq]);
      await leave.come;
      if (isRead) {
        // Another entry that is left makes the replay go on past both.
        const other = await next(4);
        await world.store.client.send(
          new UpdateCommand({
            TableName: world.store.tables.Subscriptions,
            Key: await onlyRow(),
            UpdateExpression: "SET pending = :seq",
            ExpressionAttributeValues: { ":seq": other },
          }),
        );
      }
      goLive.release();
      await subscribed;
      leave.release();
      await notified;
      expect(world.told(connection)).toEqual(isRead ? ["3 1", "4 1"] : ["3 1"]);
      await world.disconnect(connection);
    },
  );

  it("sends a client away whose replay has died", async () => {
    await world.connect("orphan");
    const goLive = hold("UpdateItemCommand", 2);
    void world.say("orphan", { type: "subscribe" });
    await goLive.come;
    await world.store.client.send(
      new UpdateCommand({
        TableName: world.store.tables.Subscriptions,
        Key: await onlyRow(),
        UpdateExpression: "SET lease = :past",
        ExpressionAttributeValues: { ":past": 1 },
      }),
    );
    await world.notify([await next(5)]);
    expect(world.clients.has("orphan")).toBe(false);
    expect(await rows()).toEqual([]);
    goLive.release();
  });
});

async function rows(): Promise<RowKey[]> {
  const params = accessPatterns.subscriptionsOf.params(world.store.tables, { kind: "all" });
  const { Items = [] } = await world.store.client.send(new QueryCommand(params));
  return Items.map((item) => RowKey.parse(item));
}

async function onlyRow(): Promise<RowKey> {
  const [row, ...more] = await rows();
  if (row === undefined || more.length > 0) throw new Error("There is not one subscription");
  return row;
}

let runs = 0;

it.each(Array.from({ length: 12 }, (_, at) => at + 1))(
  "each subscription is told exactly what it is entitled to, in order (seed %i)",
  async (seed) => {
    const random = randomFrom(seed);
    const base = ++runs * 1_000;
    const log: Appended[] = [];
    const versions = new Map<number, number>();
    /** Entries to come: changes of three executions, and lines of their logs. */
    const entries: LiveChange[][] = [];
    for (let entry = 0; entry < 10; entry++) {
      const changes: LiveChange[] = [];
      for (let left = random.below(4); left > 0; left--) {
        const id = base + 1 + random.below(3);
        const version = (versions.get(id) ?? 0) + 1;
        versions.set(id, version);
        const change = changeOf(id, version);
        const isOfLog = random.below(3) === 0;
        changes.push(isOfLog ? await world.grow(linesFrom(version, 1), change) : change);
      }
      entries.push(changes);
    }
    const appendNext = async (changes: readonly LiveChange[]) => {
      await world.gate("append");
      log.push({ seq: await world.append(changes), changes });
    };
    const start = await openLog(world.store, createAppend(world.store));
    for (const changes of entries.splice(0, 3)) await appendNext(changes);

    let appended = false;
    const writer = async () => {
      for (const changes of entries) await appendNext(changes);
      appended = true;
    };
    const notifier = async () => {
      for (let from = 0; !appended || from < log.length; ) {
        await world.gate("notify");
        const batch = log.slice(from, from + 1 + random.below(3)).map(({ seq }) => seq);
        if (batch.length === 0) continue;
        await world.notify(batch);
        // What is delivered again was told.
        if (random.below(3) === 0) await world.notify(batch);
        from += batch.length;
      }
    };
    const subscribers = Array.from({ length: 3 }, (_, at) => {
      const connection = `c${seed}-${at}`;
      const known = log.slice(0, 3);
      const after = random.below(known.length + 2) - 1;
      // Before all of it, after an entry, or only what happens.
      const since = after < 0 ? start : known[after]?.seq;
      const filter = random.pick(FILTERS);
      const wanted = filter.execution === undefined ? filter : { ...filter, execution: base + 1 };
      return { connection, since, filter: wanted, logs: random.below(2) === 0 };
    });
    const subscribe = async ({ connection, since, filter, logs }: (typeof subscribers)[number]) => {
      for (let idle = random.below(50); idle > 0; idle--) await world.gate("idle");
      await world.connect(connection);
      const from = since === undefined ? {} : { since: cursorOf({ seq: since }) };
      await world.say(connection, { type: "subscribe", filter, logs, ...from });
    };
    const steps = await interleave(random, [
      writer(),
      notifier(),
      ...subscribers.map((one) => subscribe(one)),
    ]);
    expect(steps).toBeGreaterThan(40);

    for (const { connection, since, filter, logs } of subscribers) {
      const messages = world.clients.get(connection) ?? [];
      const [acknowledged] = messages;
      if (acknowledged?.type !== "subscribed") throw new Error("It is not acknowledged first");
      const isEntitledTo = (seq: number) =>
        since === undefined ? cursorOf({ seq }) > acknowledged.cursor : seq > since;
      const expected = log
        .filter(({ seq }) => isEntitledTo(seq))
        .flatMap(({ changes }) => changes)
        .filter((change) => isToldOf({ filter, logs }, change))
        .map(nameOf);
      expect(world.told(connection), JSON.stringify({ since, filter, messages })).toEqual(expected);
      const expectedTypes = since === undefined ? [] : ["caught_up"];
      expect(messages.filter(({ type }) => type === "caught_up").map(({ type }) => type)).toEqual(
        expectedTypes,
      );
      await world.disconnect(connection);
    }
  },
);
