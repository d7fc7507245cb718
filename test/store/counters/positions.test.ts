import type { IdRange } from "@attune/domain/ids";
import type { Order } from "@attune/store/access-patterns/executions-read";
import { bucketAt, idsOf, lengths, wholesOf } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { locate } from "@attune/store/counters/positions";
import { countRange } from "@attune/store/counters/ranges";
import { hasPositions, type Tally, treeOf } from "@attune/store/counters/tally";
import type { Store } from "@attune/store/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliveries, type Left } from "../../fixtures/deliveries.ts";
import { countsIn, recount } from "../../fixtures/recount.ts";
import { startStore } from "../../fixtures/store.ts";

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
      expect([from, below - 1].every(isWithin(idsOf(bucket)))).toBe(true);
      expect(count).toBe(model.count(idsOf(bucket)));
      // Of a group it is a day or a quarter of an hour as well.
      if (tallies.some(({ counter }) => counter.kind === "all"))
        expect(bucketAt("fine", from)).toEqual(bucketAt("fine", below - 1));
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
    const whole = wholesOf(treeOf(tallies).leaf, { from, below });
    const isAhead = (id: number) => (order === "oldest" ? id < whole.from : id >= whole.below);
    const reach = (offset % 41) - 20;
    const located = await locate(store, tallies, { order, offset, reach, within, few: 25 });
    if (model.count(whole) === 0) return expect(located).toBeUndefined();
    const nth = Math.min(offset, model.count(whole) - 1);
    const { range, before, inside } = located ?? { range: {}, before: -1, inside: -1 };
    expect({ within, offset, before, inside }).toEqual({
      within,
      offset,
      before: model.before(range, order) - model.ids.filter(isAhead).length,
      inside: model.count(range),
    });
    for (const id of [range.from ?? 0, (range.below ?? 0) - 1])
      expect(isWithin(whole)(id)).toBe(true);
    expect(before).toBeLessThanOrEqual(nth);
    expect(before + inside).toBeGreaterThan(nth);
  }

  const part = fc.record({
    near: fc.nat(),
    shift: fc.integer({ min: -3, max: 3 }),
    level: fc.constantFrom(undefined, "fine", "finest"),
  });
  type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;
  const probes = fc.array(
    fc.record({ tally: fc.nat(), from: part, below: part, offset: fc.nat() }),
    {
      minLength: 8,
      maxLength: 8,
    },
  );
  /** When a batch is counted: what is cold to one is not to another. */
  const clock = fc
    .constantFrom(0, 40, 2 ** 22)
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
          const at = ({ near, shift, level }: Part) => {
            const id = ids[near % ids.length] ?? 0;
            const length = level === undefined ? 1 : lengths[level];
            return (Math.floor(id / length) + shift) * length;
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
