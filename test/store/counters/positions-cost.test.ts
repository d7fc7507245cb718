import type { IdRange } from "@attune/domain/ids";
import { ensureResources } from "@attune/local/resources";
import { bucketAt, idsOf, lengths, wideTree } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { readItemsOnce } from "@attune/store/counters/items";
import { locate } from "@attune/store/counters/positions";
import { countRange, isShort } from "@attune/store/counters/ranges";
import type { Tally } from "@attune/store/counters/tally";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { costOf } from "../../../bench/cost.ts";
import { type DynamoDbProxy, startDynamoDbProxy } from "../../fixtures/dynamodb-proxy.ts";
import { type Engines, startEngines } from "../../fixtures/engines.ts";
import { storeAt } from "../../fixtures/store.ts";

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

  const idOfFine = (fine: number) => fine * lengths.fine;

  /** Eighty executions in each of thirty fine buckets, on the first day of two months and on the last of one. */
  const fines = [0, 32 * 24 * 240 - 10, 32 * 24 * 240 + 10].flatMap((from) => [
    ...Array.from({ length: 10 }, (_, at) => from + at),
  ]);
  const ids = fines.flatMap((fine) => Array.from({ length: 80 }, (_, at) => idOfFine(fine) + at));
  const all: Tally[] = [{ counter: { kind: "all" }, field: "created" }];

  it("a locate is four reads one after the other, of one item each", async () => {
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
      const located = await locate(store, all, { order: "oldest", offset, reach: 0, few: 25 });
      expect(located).toEqual({
        range: idsOf(bucketAt("fine", ids[offset] ?? 0)),
        before: Math.floor(offset / 80) * 80,
        inside: 80,
      });
      const { requests, roundTrips, readUnits } = costOf(counted.log());
      expect({ requests, roundTrips, readUnits }).toEqual({
        requests: 4,
        roundTrips: 4,
        readUnits: 2,
      });
    }
  });

  it("a locate in a group is three reads: its own item, a day and a quarter of an hour", async () => {
    const group: Tally[] = [{ counter: { kind: "enforcement", of: 7 }, field: "created" }];
    for (const offset of [30, 1_234, ids.length - 40]) {
      counted.reset();
      const located = await locate(store, group, { order: "oldest", offset, reach: 0, few: 25 });
      expect(located).toEqual({
        range: idsOf(bucketAt("finest", ids[offset] ?? 0)),
        before: Math.floor(offset / 80) * 80,
        inside: 80,
      });
      const { requests, readUnits } = costOf(counted.log());
      expect({ requests, readUnits }).toEqual({ requests: 3, readUnits: 1.5 });
      expect(counted.log()).toHaveLength(3);
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
    // A quarter of an hour is an edge where its day tells what it has; the other day has none as a whole, and so its quarter is looked into.
    expect(cut.edges.map(({ bucket }) => bucket)).toEqual([
      bucketAt("finest", range.below),
      bucketAt("quarter", range.from),
    ]);
    expect(cut.edges.map(({ count }) => count)).toEqual([80, 800]);
    expect(cut.whole).toBe(
      ids.filter((id) => id >= idOfFine(60) && id < idsOf(bucketAt("finest", range.below)).from)
        .length,
    );
    // Its own item; a day, and a quarter of an hour.
    expect([cut.requests, cut.readUnits]).toEqual([2, 1.5]);
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
    const bucket = bucketAt("day", from);
    expect({ whole, edges }).toEqual({
      whole: 0,
      edges: [{ from, below: idsOf(bucket).below, bucket, count: 30 }],
    });
    expect(costOf(counted.log())).toMatchObject({ requests: 1, readUnits: 0.5 });
  });

  it("what a count of a range reads a locate begins with: a short one takes no year", async () => {
    const within = { from: (ids[900] ?? 0) + 5, below: (ids[1_700] ?? 0) + 5 };
    expect(isShort(wideTree, within)).toBe(true);
    expect(isShort(wideTree, { from: within.from })).toBe(false);
    const read = readItemsOnce(store);
    await countRange(store, all, within, read);
    counted.reset();
    // Eight fine buckets of the first month, and one of the next.
    const located = await locate(
      store,
      all,
      { order: "oldest", offset: 650, reach: 0, few: 25, within },
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
      ids.filter((id) => id >= idOfFine(2) && id < idsOf(bucketAt("fine", range.below)).from)
        .length,
    );
    expect(edges).toHaveLength(2);
    const { requests, readUnits } = costOf(counted.log());
    expect({ requests, readUnits }).toEqual({ requests: 1, readUnits: 2.5 });
  });

  it("a quarter of an hour of a group is an edge as a whole, where its day is looked into", async () => {
    const day = idOfFine(60 * 24 * 240);
    const { hour } = lengths;
    const some = Array.from({ length: 480 }, (_, at) => day + idOfFine(12) * at + 7);
    for (const part of [some.slice(0, 240), some.slice(240)])
      await countChanges(
        store,
        part.map((id) => ({
          ...({ id, version: 1, status: "failed", ledger: `${id}` } as const),
          membership: { action_ref: "core.echo", enforcement: 9_100 },
        })),
      );
    const from = day + 5 * hour + idOfFine(100);
    const bucket = bucketAt("quarter", from);
    for (const field of ["created", "failed"] as const) {
      counted.reset();
      const group: Tally[] = [{ counter: { kind: "enforcement", of: 9_100 }, field }];
      const { whole, edges } = await countRange(store, group, { from });
      expect({ whole, edges }).toEqual({
        whole: 18.5 * 20,
        edges: [{ from, below: idsOf(bucket).below, bucket, count: 5 }],
      });
      // Its own item, and the day.
      expect(costOf(counted.log()).requests).toBe(2);
    }
  });

  it("a locate in a range of a group looks into the quarter of an hour at its end where the page may be there", async () => {
    const group: Tally[] = [{ counter: { kind: "enforcement", of: 7 }, field: "created" }];
    const before = Array.from({ length: 320 }, (_, at) => idOfFine(80 * 24 * 240 + at) + 3);
    for (const part of [before.slice(0, 160), before.slice(160)])
      await countChanges(
        store,
        part.map((id) => ({
          ...({ id, version: 1, status: "completed", ledger: `${id}` } as const),
          membership: { action_ref: "core.echo", enforcement: 7 },
        })),
      );
    // Sixty in each quarter of an hour; the range ends in the sixth.
    const within = { from: idOfFine(80 * 24 * 240), below: (before[319] ?? 0) + 1 };
    const costOfOffset = async (offset: number) => {
      counted.reset();
      const place = { order: "oldest", offset, reach: 0, few: 25, within } as const;
      const located = await locate(store, group, place);
      return { located, ...costOf(counted.log()) };
    };
    // In the item of the day.
    expect(await costOfOffset(10)).toMatchObject({
      // Of the day as far as that goes.
      located: {
        range: { from: within.from, below: idsOf(bucketAt("quarter", within.below)).from },
        ...{ before: 0, inside: 300 },
      },
      requests: 1,
      readUnits: 0.5,
    });
    expect(await costOfOffset(318)).toMatchObject({
      // As far as the finest bucket that the range cuts.
      located: {
        range: { from: within.from, below: idsOf(bucketAt("finest", within.below)).from },
        ...{ before: 0, inside: 319 },
      },
      requests: 2,
      readUnits: 1,
    });
  });
});
