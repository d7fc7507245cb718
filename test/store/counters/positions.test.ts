import type { IdRange } from "@attune/domain/ids";
import { ensureResources } from "@attune/local/resources";
import type { Order } from "@attune/store/access-patterns/executions-read";
import { fineFrom, fineOf, idOfFine } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { readItemsOnce } from "@attune/store/counters/items";
import { isShort, locate } from "@attune/store/counters/positions";
import { countRange } from "@attune/store/counters/ranges";
import { hasPositions, type Tally } from "@attune/store/counters/tally";
import type { Store } from "@attune/store/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { costOf } from "../../../bench/cost.ts";
import { deliveries, type Left } from "../../fixtures/deliveries.ts";
import { type DynamoDbProxy, startDynamoDbProxy } from "../../fixtures/dynamodb-proxy.ts";
import { type Engines, startEngines } from "../../fixtures/engines.ts";
import { countsIn, recount } from "../../fixtures/recount.ts";
import { startStore, storeAt } from "../../fixtures/store.ts";

const isWithin =
  ({ from = 0, below = Number.POSITIVE_INFINITY }: IdRange) =>
  (id: number) =>
    id >= from && id < below;

/** What the two have to answer, by looking at every execution. */
function modelOf(left: readonly Left[], tallies: readonly Tally[]) {
  const ids = left
    .filter((one) => tallies.some((tally) => countsIn(one, tally)))
    .map(({ id }) => id)
    .toSorted((a, b) => a - b);
  return {
    ids,
    count: (range: IdRange) => ids.filter(isWithin(range)).length,
    /** The ids that come before a range in the order. */
    before: (range: IdRange, order: Order) =>
      ids.filter((id) => (order === "oldest" ? id < (range.from ?? 0) : id >= (range.below ?? 0)))
        .length,
  };
}

describe.each([1, 4])("positions, with %i shards", (shards) => {
  let fixture: Awaited<ReturnType<typeof startStore>>;
  let store: Store;
  beforeAll(async () => {
    fixture = await startStore();
    store = { ...fixture.store, shards };
  });
  afterAll(() => fixture.stop());

  const left: Left[] = [];
  let serial = 0;

  async function expectRange(tallies: readonly Tally[], range: IdRange) {
    const model = modelOf(left, tallies);
    const { whole, edges } = await countRange(store, tallies, range);
    const inEdges = edges.map(model.count);
    expect({ range, count: inEdges.reduce((sum, n) => sum + n, whole) }).toEqual({
      range,
      count: model.count(range),
    });
    expect(edges.length).toBeLessThanOrEqual(2);
    for (const { from, below, bucket, count } of edges) {
      expect([from, below - 1].every(isWithin(range))).toBe(true);
      expect([from, below - 1].every(isWithin(bucket))).toBe(true);
      expect(count).toBe(model.count(bucket));
      // Of a group it is a day as well.
      if (tallies.some(({ counter }) => counter.kind === "all"))
        expect(fineOf(from)).toBe(fineOf(below - 1));
    }
  }

  async function expectLocated(
    tallies: readonly Tally[],
    order: Order,
    offset: number,
    within: IdRange = {},
  ) {
    const model = modelOf(left, tallies);
    // Positions are counted from the first bucket that is in the range as a whole.
    const { from = 0, below = Number.MAX_SAFE_INTEGER } = within;
    const whole = { from: idOfFine(fineFrom(from)), below: idOfFine(fineOf(below)) };
    const isAhead = (id: number) => (order === "oldest" ? id < whole.from : id >= whole.below);
    const reach = (offset % 41) - 20;
    const located = await locate(store, tallies, { order, offset, reach, within });
    if (offset >= model.count(whole)) return expect(located).toBeUndefined();
    const { range, before, inside } = located ?? { range: {}, before: -1, inside: -1 };
    expect({ within, offset, before, inside }).toEqual({
      within,
      offset,
      before: model.before(range, order) - model.ids.filter(isAhead).length,
      inside: model.count(range),
    });
    for (const id of [range.from ?? 0, (range.below ?? 0) - 1])
      expect(isWithin(whole)(id)).toBe(true);
    expect(before).toBeLessThanOrEqual(offset);
    expect(before + inside).toBeGreaterThan(offset);
  }

  const part = fc.record({
    near: fc.nat(),
    shift: fc.integer({ min: -3, max: 3 }),
    on: fc.boolean(),
  });
  const probes = fc.array(
    fc.record({ tally: fc.nat(), from: part, below: part, offset: fc.nat() }),
    {
      minLength: 8,
      maxLength: 8,
    },
  );
  /** When a batch is counted: what is cold to one is not to another. */
  const clock = fc
    .constantFrom(0, 40, 2 ** 20)
    .map((fine) => new Date(fine * 15_000 + Date.UTC(2024)));
  const counts = fc.array(fc.record({ writer: fc.nat({ max: shards - 1 }), now: clock }), {
    minLength: 1,
    maxLength: 50,
  });

  it("equal a plain model, whatever is spilled when", async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries,
        counts,
        probes,
        fc.boolean(),
        async (some, how, wanted, atOnce) => {
          const batches = some.batches(serial, `${serial}-`).map((batch, at) => {
            const { writer = 0, now = new Date() } = how[at % how.length] ?? {};
            return () => countChanges({ ...store, now: () => now }, batch, writer);
          });
          for (let at = 0; at < batches.length; at += 3) {
            const together = batches.slice(at, at + 3);
            if (atOnce) await Promise.all(together.map((count) => count()));
            else for (const count of together) await count();
          }
          left.push(...some.left(serial));
          serial += some.lives.length;

          const tallies = recount(left)
            .map(({ tally }) => tally)
            .filter(hasPositions);
          const ids = left.map(({ id }) => id);
          const at = ({ near, shift, on }: { near: number; shift: number; on: boolean }) => {
            const id = ids[near % ids.length] ?? 0;
            return on ? idOfFine(fineOf(id)) + shift * idOfFine(1) : id + shift;
          };
          for (const { tally, from, below, offset } of wanted) {
            const one = tallies[tally % tallies.length];
            if (one === undefined) continue;
            const { counter } = one;
            const disjoint = (["completed", "failed"] as const).map((field) => ({
              counter,
              field,
            }));
            for (const some of [[one], ...(disjoint.every(hasPositions) ? [disjoint] : [])]) {
              const ranges = [{ from: at(from), below: at(below) }, { from: at(from) }, {}];
              await Promise.all(ranges.map((range) => expectRange(some, range)));
              const { count } = modelOf(left, some);
              const length = count({});
              const offsets = [0, length - 1, length].filter((n) => n >= 0);
              for (const order of ["newest", "oldest"] as const)
                await Promise.all([
                  ...offsets.map((one) => expectLocated(some, order, one)),
                  ...ranges.map((range) =>
                    expectLocated(some, order, offset % (count(range) + 1), range),
                  ),
                ]);
            }
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    const created: Tally[] = [{ counter: { kind: "all" }, field: "created" }];
    for (let offset = 0; offset <= left.length; offset++)
      await Promise.all([
        expectLocated(created, "newest", offset),
        expectLocated(created, "oldest", offset),
      ]);
  });
});

describe("positions among many", () => {
  let engines: Engines;
  let counted: DynamoDbProxy;
  let store: Store;
  beforeAll(async () => {
    engines = await startEngines();
    await ensureResources(engines);
    counted = await startDynamoDbProxy({ target: engines.dynamodb });
    store = storeAt(counted.url);
  });
  afterAll(async () => {
    store.client.destroy();
    await counted.stop();
    await engines.stop();
  });

  /** Eighty executions in each of thirty fine buckets, on the first days of two months and on the last of one. */
  const fines = [0, 32 * 24 * 240 - 10, 32 * 24 * 240 + 10].flatMap((from) => [
    ...Array.from({ length: 10 }, (_, at) => from + at),
  ]);
  const ids = fines.flatMap((fine) => Array.from({ length: 80 }, (_, at) => idOfFine(fine) + at));
  const all: Tally[] = [{ counter: { kind: "all" }, field: "created" }];

  it("a locate is four reads one after the other, of one item or two each", async () => {
    for (let at = 0; at < ids.length; at += 300) {
      const changes = ids.slice(at, at + 300).map((id) => ({
        ...({
          id,
          version: 1,
          status: "completed",
          ledger: `${Math.floor(id / 2 ** 26)}`,
        } as const),
        membership: { action_ref: "core.echo", enforcement: 7 },
      }));
      await countChanges(store, changes);
    }
    for (const offset of [30, 120, 1_234, ids.length - 40]) {
      counted.reset();
      const located = await locate(store, all, { order: "oldest", offset, reach: 0 });
      const fine = fineOf(ids[offset] ?? 0);
      expect(located).toEqual({
        range: { from: idOfFine(fine), below: idOfFine(fine + 1) },
        before: Math.floor(offset / 80) * 80,
        inside: 80,
      });
      const { requests, roundTrips, readUnits } = costOf(counted.log());
      expect({ requests, roundTrips, readUnits }).toEqual({
        requests: 4,
        roundTrips: 4,
        readUnits: 2.5,
      });
    }
  });

  it("a locate in a group is three reads: its own item, a day and an hour", async () => {
    const group: Tally[] = [{ counter: { kind: "enforcement", of: 7 }, field: "created" }];
    for (const offset of [30, 1_234, ids.length - 40]) {
      counted.reset();
      const located = await locate(store, group, { order: "oldest", offset, reach: 0 });
      expect(located).toEqual(await locate(store, all, { order: "oldest", offset, reach: 0 }));
      const { requests, readUnits } = costOf(counted.log().slice(0, 3));
      expect({ requests, readUnits }).toEqual({ requests: 3, readUnits: 1.5 });
      expect(counted.log()).toHaveLength(3 + 4);
    }
  });

  it("a range of a group looks into the days that it cuts, where the group has many there", async () => {
    const group: Tally[] = [{ counter: { kind: "enforcement", of: 7 }, field: "created" }];
    const costOfRange = async (range: IdRange) => {
      counted.reset();
      const answer = await countRange(store, group, range);
      const { requests, readUnits } = costOf(counted.log());
      return { ...answer, requests, readUnits };
    };
    const range = { from: (ids[100] ?? 0) + 5, below: (ids[2_000] ?? 0) + 5 };
    const cut = await costOfRange(range);
    expect(cut.whole).toBe((await countRange(store, all, range)).whole);
    expect(cut.edges).toEqual((await countRange(store, all, range)).edges);
    // Its own item; the two hours that are cut, and the one day of them that has whole ones.
    expect([cut.requests, cut.readUnits]).toEqual([2, 2]);
    // Days on which it has nothing are not looked into.
    const day = idOfFine(24 * 240);
    expect(await costOfRange({ from: day + 5, below: 20 * day + 5 })).toEqual({
      ...{ whole: 0, edges: [], requests: 1, readUnits: 0.5 },
    });
  });

  it("a day of a group that has few there is an edge as a whole", async () => {
    const dayOfFew = 50 * 24 * 240;
    const few = Array.from({ length: 30 }, (_, at) => idOfFine(dayOfFew + 1_000 + 20 * at) + 7);
    await countChanges(
      store,
      few.map((id) => ({
        ...({ id, version: 1, status: "completed", ledger: `${id}` } as const),
        membership: { action_ref: "core.echo", enforcement: 9_000 },
      })),
    );
    const group: Tally[] = [{ counter: { kind: "enforcement", of: 9_000 }, field: "created" }];
    counted.reset();
    const from = few[4] ?? 0;
    const { whole, edges } = await countRange(store, group, { from });
    const bucket = { from: idOfFine(dayOfFew), below: idOfFine(dayOfFew + 24 * 240) };
    expect({ whole, edges }).toEqual({
      whole: 0,
      edges: [{ from, below: bucket.below, bucket, count: 30 }],
    });
    expect(costOf(counted.log())).toMatchObject({ requests: 1, readUnits: 0.5 });
  });

  it("what a count of a range reads a locate begins with: a short one takes no month and no root", async () => {
    const within = { from: (ids[900] ?? 0) + 5, below: (ids[1_700] ?? 0) + 5 };
    expect(isShort(within)).toBe(true);
    expect(isShort({ from: within.from })).toBe(false);
    const read = readItemsOnce(store);
    await countRange(store, all, within, read);
    counted.reset();
    // Eight fine buckets of the first month, and one of the next.
    const located = await locate(
      store,
      all,
      { order: "oldest", offset: 650, reach: 0, within },
      read,
    );
    expect(located).toMatchObject({ before: 640, inside: 80 });
    expect(counted.log()).toEqual([]);
  });

  it("a range is one read, of the nodes alone that have something whole in it", async () => {
    counted.reset();
    const range = { from: (ids[100] ?? 0) + 5, below: (ids[2_000] ?? 0) + 5 };
    const { whole, edges } = await countRange(store, all, range);
    expect(whole).toBe(
      ids.filter((id) => fineOf(id) > 1 && fineOf(id) < fineOf(range.below)).length,
    );
    expect(edges).toHaveLength(2);
    const { requests, readUnits } = costOf(counted.log());
    expect({ requests, readUnits }).toEqual({ requests: 1, readUnits: 2.5 });
  });
});
