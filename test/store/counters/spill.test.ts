import { bucketAt, lengths } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { readItems } from "@attune/store/counters/items";
import { locate } from "@attune/store/counters/positions";
import { readTotals } from "@attune/store/counters/read-totals";
import { type Delta, dueOf, spill } from "@attune/store/counters/spill";
import type { Wide } from "@attune/store/counters/tally";
import { additionsTo, transact } from "@attune/store/counters/transaction";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sizeOf } from "../../../bench/units.ts";
import { startStore } from "../../fixtures/store.ts";

/** The time at which a fine bucket begins. */
const timeOf = (fine: number) => new Date(Date.UTC(2024, 0, 1) + fine * 15_000);

describe("what is due", () => {
  const headOf = (fines: readonly number[]) =>
    Object.fromEntries([["completed", 9], ...fines.map((fine) => [`${fine.toString(36)}C`, 2])]);
  const range = (from: number, below: number) =>
    Array.from({ length: below - from }, (_, at) => from + at);
  const finesOf = (deltas: readonly Delta[]) => deltas.map(({ last }) => bucketAt("fine", last).at);

  it("is nothing while a head is small", () => {
    expect(dueOf(headOf(range(0, 60)), timeOf(1_000))).toEqual([]);
  });

  it("is what ended five minutes ago", () => {
    expect(finesOf(dueOf(headOf(range(100, 161)), timeOf(160)))).toEqual(range(100, 140));
  });

  it("is everything, when that is not enough", () => {
    expect(finesOf(dueOf(headOf(range(100, 200)), timeOf(130)))).toEqual(range(100, 200));
  });
});

describe("spilling", () => {
  let fixture: Awaited<ReturnType<typeof startStore>>;
  let store: Store;
  beforeAll(async () => {
    fixture = await startStore();
    store = fixture.store;
  });
  afterAll(() => fixture.stop());

  const head = (key: string) => readItems(store, [key], { consistent: true }).then((of) => of(key));
  const totalOf = async (counter: Wide) => {
    const created = { counter, field: "created" } as const;
    return (await readTotals(store, [created]))(created);
  };
  let serial = 0;
  const change = (fine: number, action_ref: string) => ({
    ...({ id: fine * lengths.fine + ++serial, version: 1, status: "failed" } as const),
    ledger: `page-${Math.floor(serial / 64)}`,
    membership: { action_ref },
  });

  it("keeps a head below a kilobyte, however long it goes on", async () => {
    for (let fine = 0; fine < 500; fine += 5) {
      const batch = Array.from({ length: 5 }, (_, at) => change(fine + at, "core.echo"));
      await countChanges({ ...store, now: () => timeOf(fine) }, batch);
      expect(sizeOf({ key: "all", ...(await head("all")) })).toBeLessThan(1_024);
    }
    expect(await totalOf({ kind: "all" })).toBe(500);
  });

  it("leaves what has changed since it was read for another time, and counts it once", async () => {
    const counter = { kind: "action", of: "lonely" } as const;
    const key = "action#lonely";
    const fines = Array.from({ length: 30 }, (_, fine) => fine);
    await countChanges(
      store,
      fines.map((fine) => change(fine, counter.of)),
    );
    const fields = await head(key);
    expect(dueOf(fields, store.now())).toHaveLength(120);

    await transact(store, additionsTo(store, new Map([[key, { failed: 1, "0C": 1 }]])));
    await spill(store, { key, counter, fields });
    expect(await head(key)).toEqual({ ...fields, failed: 31, "0C": 2 });

    await spill(store, { key, counter, fields: await head(key) });
    expect(await head(key)).toEqual({
      ...{ failed: 31, top_failed: 30 },
      // By year.
      ...{ C0: 31, T0: 30, F0: 30, G0: 30 },
    });
    const newest = { order: "newest", offset: 0, reach: 0, few: 25 } as const;
    expect(await locate(store, [{ counter, field: "created" }], newest)).toMatchObject({
      before: 0,
      inside: 31,
    });
  });
});
