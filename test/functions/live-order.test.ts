/** Subscribing, appending and telling at the same time, step by step in orders by chance. */
import { setTimeout as pause } from "node:timers/promises";
import { isToldOf, type LiveChange, type LiveFilter } from "@attune/domain/live";
import { cursorOf } from "@attune/store/live/entries";
import { createAppend, openLog } from "@attune/store/live/log";
import { afterAll, beforeAll, expect, it } from "vitest";
import { changeOf, type LiveWorld, startLiveWorld } from "../fixtures/live-world.ts";
import { type Random, randomFrom } from "../fixtures/random.ts";

let world: LiveWorld;
beforeAll(async () => {
  world = await startLiveWorld();
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

let runs = 0;

it.each(Array.from({ length: 24 }, (_, at) => at + 1))(
  "each subscription is told exactly what it is entitled to, in order (seed %i)",
  async (seed) => {
    const random = randomFrom(seed);
    const base = ++runs * 1_000;
    const log: Appended[] = [];
    const versions = new Map<number, number>();
    /** Entries to come: changes of three executions. */
    const entries = Array.from({ length: 7 }, () =>
      Array.from({ length: random.below(4) }, () => {
        const id = base + 1 + random.below(3);
        const version = (versions.get(id) ?? 0) + 1;
        versions.set(id, version);
        return changeOf(id, version);
      }),
    );
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
      return { connection, since, filter: wanted };
    });
    const subscribe = async ({ connection, since, filter }: (typeof subscribers)[number]) => {
      for (let idle = random.below(20); idle > 0; idle--) await world.gate("idle");
      await world.connect(connection);
      const from = since === undefined ? {} : { since: cursorOf({ seq: since }) };
      await world.say(connection, { type: "subscribe", filter, ...from });
    };
    const steps = await interleave(random, [
      writer(),
      notifier(),
      ...subscribers.map((one) => subscribe(one)),
    ]);
    expect(steps).toBeGreaterThan(40);

    for (const { connection, since, filter } of subscribers) {
      const messages = world.clients.get(connection) ?? [];
      const [acknowledged] = messages;
      if (acknowledged?.type !== "subscribed") throw new Error("It is not acknowledged first");
      const isEntitledTo = (seq: number) =>
        since === undefined ? cursorOf({ seq }) > acknowledged.cursor : seq > since;
      const expected = log
        .filter(({ seq }) => isEntitledTo(seq))
        .flatMap(({ changes }) => changes)
        .filter((change) => isToldOf(filter, change))
        .map(({ id, version }) => `${id} ${version}`);
      expect(world.told(connection), JSON.stringify({ since, filter, messages })).toEqual(expected);
      const expectedTypes = since === undefined ? [] : ["caught_up"];
      expect(messages.filter(({ type }) => type === "caught_up").map(({ type }) => type)).toEqual(
        expectedTypes,
      );
      await world.disconnect(connection);
    }
  },
);
