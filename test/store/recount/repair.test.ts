import { readTotals } from "@attune/store/counters/read-totals";
import { deltaOf } from "@attune/store/counters/spill";
import { driftOf } from "@attune/store/recount/differences";
import type { Progress } from "@attune/store/recount/progress";
import type { Store } from "@attune/store/store";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { deliveries } from "../../fixtures/deliveries.ts";
import { recount as oracle } from "../../fixtures/recount.ts";
import { startStore } from "../../fixtures/store.ts";
import { atNow, clear, DAY_MS, empty, live, readTable, recount } from "./world.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());
/** Every number of the counters that is not zero, the ledger's and the recount's own excepted. */
async function readNumbers(store: Store) {
  const items = await readTable(store, "Counters");
  return items
    .filter(({ key }) => !/^(ledger#|directory#|recount$|shards$)/.test(String(key)))
    .flatMap(({ key, ...fields }) =>
      Object.entries(fields).map(([name, n]) => ({ key: String(key), name, n: Number(n) })),
    )
    .filter(({ n }) => n !== 0)
    .toSorted((one, other) => (one.key + one.name < other.key + other.name ? -1 : 1));
}

const withoutWriter = (key: string) => key.replace(/^[0-9]:/, "");

async function put(store: Store, key: string, change: (item: Record<string, unknown>) => object) {
  const item = (await readTable(store, "Counters")).find((one) => one.key === key) ?? { key };
  const Item = { ...item, ...change(item) };
  await store.client.send(new PutCommand({ TableName: store.tables.Counters, Item }));
}

const expectClean = ({ differences, busy }: Progress) =>
  expect({ differences, busy }).toEqual({ differences: [], busy: [] });

describe.each([1, 3])("a repair, with %i shards", { timeout: 120_000 }, (shards) => {
  it("finds what is off, whatever it is, and puts it right", async () => {
    const store = atNow(fixture.store, shards);
    const property = fc.asyncProperty(
      deliveries,
      fc.array(fc.nat(), { minLength: 1 }),
      fc.nat(),
      fc.integer({ min: -3, max: 3 }).filter((n) => n !== 0),
      async (some, writers, at, by) => {
        await live(store, some.batches(0), writers);
        const numbers = await readNumbers(store);
        const one = numbers[at % numbers.length];
        if (one === undefined) return;
        await put(store, one.key, () => ({ [one.name]: one.n + by }));
        const { differences, busy, repaired } = await recount(store, "repair");
        expect(busy).toEqual([]);
        expect(differences).not.toEqual([]);
        expect(new Set(differences.map(driftOf))).toEqual(new Set([by]));
        const isDelta = !/^[a-z]*[0-9a-z]+:/.test(withoutWriter(one.key)) && deltaOf(one.name, 1);
        if (!isDelta)
          expect(differences.map(({ item, attribute }) => [item, attribute])).toEqual([
            [withoutWriter(one.key), one.name],
          ]);
        expect(repaired).toBe(differences.length);
        expectClean(await recount(store, "check"));
        if (!isDelta && shards === 1) expect(await readNumbers(store)).toEqual(numbers);
      },
    );
    await fc.assert(
      property.afterEach(() => clear(store)),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it("makes from nothing what was there", async () => {
    const store = atNow(fixture.store, shards);
    const property = fc.asyncProperty(
      deliveries,
      fc.array(fc.nat(), { minLength: 1 }),
      fc.constantFrom(2 * DAY_MS, 10 * DAY_MS),
      async (some, writers, age) => {
        await live(store, some.batches(0), writers, age);
        await empty(store, "Counters");
        await empty(store, "Segments");
        await recount(store, "repair");
        expectClean(await recount(store, "check"));
        const recounted = oracle(some.left(0));
        const tallies = recounted.map(({ tally }) => tally);
        const totals = await readTotals(store, tallies, { consistent: true });
        expect(tallies.map((tally) => ({ tally, count: totals(tally) }))).toEqual(recounted);
      },
    );
    await fc.assert(
      property.afterEach(() => clear(store)),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
