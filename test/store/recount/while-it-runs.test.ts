import { setTimeout as wait } from "node:timers/promises";
import { idOf } from "@attune/domain/ids";
import { countChanges } from "@attune/store/counters/count-changes";
import type { Change } from "@attune/store/counters/fold";
import { beginRecount, goOn, readProgress } from "@attune/store/recount/recount";
import { saveSegments } from "@attune/store/search/save-segments";
import type { Store } from "@attune/store/store";
import { BatchGetCommand, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { deliveries } from "../../fixtures/deliveries.ts";
import { startStore } from "../../fixtures/store.ts";
import { atNow, clear, DAY_MS, empty, live, NOW, readTable, recount, write } from "./world.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());
afterEach(() => clear(fixture.store));

/** Plays a stream: each batch is written to the table, and counted some batches later. */
async function play(store: Store, batches: readonly Change[][], lag: number) {
  const versions = new Map<number, number>();
  for (let at = 0; at < batches.length + lag; at++) {
    for (const change of batches[at] ?? []) {
      if (change.version <= (versions.get(change.id) ?? 0)) continue;
      versions.set(change.id, change.version);
      await write(store, [change], NOW - 1_000);
    }
    await countChanges(store, batches[at - lag] ?? []);
    await wait(5);
  }
}

/** Some changes without deletions: of those the table tells nothing until the stream has brought them. */
const withoutDeletions = (batches: readonly Change[][]) =>
  batches.map((batch) => batch.filter(({ status }) => status !== null));

/** The same executions, created a moment ago. */
const young = (batches: readonly Change[][]) =>
  batches.map((batch) =>
    batch.map((change) => ({ ...change, id: idOf(NOW - 2_000, 0) + (change.id % 2 ** 16) })),
  );

describe.each([1, 3])(
  "a recount while writes go on, with %i shards",
  { timeout: 120_000 },
  (shards) => {
    it.each(["check", "repair"] as const)("raises no false alarm: %s", async (mode) => {
      const store = atNow(fixture.store, shards);
      const property = fc.asyncProperty(
        deliveries,
        deliveries,
        fc.integer({ min: 0, max: 5 }),
        async (before, meanwhile, lag) => {
          const old = await live(store, before.batches(0));
          const changing = withoutDeletions(meanwhile.batches(1_000, "changing"));
          const created = young(withoutDeletions(meanwhile.batches(2_000, "created")));
          // What is created long ago is in the table before the recount begins, counted or not.
          await write(
            store,
            changing.flat().filter(({ version }) => version === 1),
            NOW - 2_000,
          );
          let isPlaying = true;
          const playing = Promise.all([
            play(store, changing, lag),
            play(store, created, lag),
          ]).finally(() => {
            isPlaying = false;
          });
          while (isPlaying) {
            const { differences } = await recount(store, mode, 5);
            expect(differences).toEqual([]);
          }
          await playing;
          const { differences, busy, executions } = await recount(store, "check");
          expect({ differences, busy }).toEqual({ differences: [], busy: [] });
          expect(executions).toBeGreaterThanOrEqual(old.length);
        },
      );
      await fc.assert(
        property.afterEach(() => clear(store)),
        { numRuns: 3, endOnFailure: true },
      );
    });
  },
);

describe("a recount that is interrupted", () => {
  const reads = [GetCommand, BatchGetCommand, QueryCommand];

  /** A store that fails for good after so many writes. */
  function failing(store: Store, writes: number): Store {
    let left = writes;
    const client: Store["client"] = Object.create(store.client, {
      send: {
        value: async (command: Parameters<Store["client"]["send"]>[0]) => {
          const isRead = reads.some((Read) => command instanceof Read);
          if (!isRead && left-- <= 0) throw new Error("The process is gone");
          return store.client.send(command);
        },
      },
    });
    return { ...store, client };
  }

  it("goes on where it was, and corrects everything once", async () => {
    const store = atNow(fixture.store, 1);
    const some = fc.sample(deliveries, { numRuns: 1, seed: 7 })[0];
    await live(store, some?.batches(0) ?? []);
    for (const { key, ...fields } of await readTable(store, "Counters")) {
      const [name] = Object.keys(fields).filter((one) => typeof fields[one] === "number");
      if (!/^(ledger|directory)/.test(String(key)) && name !== undefined)
        await store.client.send(
          new PutCommand({
            TableName: store.tables.Counters,
            Item: { key, ...fields, [name]: Number(fields[name]) + 5 },
          }),
        );
    }
    const expected = (await recount(store, "check")).differences;
    expect(expected.length).toBeGreaterThan(5);
    let progress = await beginRecount(store, "repair");
    let deaths = 0;
    // It dies before each write once. The first one keeps the number of shards.
    for (let writes = 0; progress?.finished === undefined; ) {
      await goOn(failing(store, writes), () => false, { between: 0 }).catch(() => deaths++);
      const next = await readProgress(store);
      writes = next?.revision === progress?.revision ? writes + 1 : 2;
      progress = next;
    }
    expect(deaths).toBeGreaterThan(5);
    expect(progress.differences).toEqual(expected);
    expect(progress.repaired).toBe(expected.length);
    const { differences: left } = await recount(store, "check");
    expect(left).toEqual([]);
  });

  it("is corrected by one of two that go on at the same time", async () => {
    const store = atNow(fixture.store, 1);
    const some = fc.sample(deliveries, { numRuns: 1, seed: 9 })[0];
    await live(store, some?.batches(0) ?? []);
    await empty(store, "Counters");
    await beginRecount(store, "repair");
    const goOnOnce = () => goOn(store, () => false, { between: 0 });
    await Promise.all([goOnOnce(), goOnOnce(), goOnOnce()]);
    while ((await readProgress(store))?.finished === undefined) await goOnOnce();
    const { differences, busy } = await recount(store, "check");
    expect({ differences, busy }).toEqual({ differences: [], busy: [] });
  });
});

describe("what came while the counters were away", () => {
  it.each([
    ["an hour ago, and is still on its way", 3_600_000],
    ["two days ago, and the stream has forgotten", 2 * DAY_MS],
  ])("%s, is counted once", async (_, age) => {
    const store = atNow(fixture.store, 1);
    const [some] = fc.sample(deliveries, { numRuns: 1, seed: 11 });
    const batches = withoutDeletions(some?.batches(0) ?? []);
    const items = await write(store, batches.flat(), NOW - age);
    await recount(store, "repair");
    for (const batch of batches) await countChanges(store, batch);
    await saveSegments(
      store,
      items.filter(({ result }) => result !== undefined),
    );
    const { differences, busy, executions } = await recount(store, "check");
    expect({ differences, busy }).toEqual({ differences: [], busy: [] });
    expect(executions).toBe(items.length);
  });
});
