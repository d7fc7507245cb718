import { idOf } from "@attune/domain/ids";
import { listExecutions } from "@attune/store/list/list-executions";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS, hourOf, mix, PER_PAGE, rangeOf, startPast } from "./past.ts";

const MANY = 400;
const PAGE = 18;

describe.each([1, 4])("the rows of pages that are located, in %i shards", (shards) => {
  let past: Awaited<ReturnType<typeof startPast>>;
  let behind: Store;
  let ids: number[];
  beforeAll(async () => {
    past = await startPast(shards);
    ({ behind } = past);
    ids = await past.fill(9, mix(2, 1), { count: MANY, everyMs: 8_000 });
  });
  afterAll(() => past.stop());

  const onPage = () => ids.slice((PAGE - 1) * PER_PAGE, PAGE * PER_PAGE);

  it("are read in six round trips at most", async () => {
    const { page, units, roundTrips } = await past.costOfPage(past.request(9), PAGE);
    await past.expectRows(page, onPage());
    expect(page.total).toBe(MANY);
    expect(units.items).toBe(shards === 1 ? 0.5 : 1.5);
    expect(roundTrips).toBeLessThanOrEqual(6);
  });

  it("are those of the page where it begins in an edge that is a page and more", async () => {
    const made = await past.fill(13, () => "requested", { count: 700, everyMs: 40 });
    const at = (ms: number) => idOf(hourOf(13) + ms, 0);
    // A bucket of 15 s and 13 s of the next one, and 13 s of both.
    for (const from of [at(0), at(2_000)]) {
      const range = { from, below: at(28_000) };
      const within = made.filter((id) => id >= from && id < range.below);
      expect(within.filter((id) => id >= at(15_000)).length).toBeGreaterThan(320);
      for (const order of ["newest", "oldest"] as const) {
        const inOrder = order === "newest" ? within : within.toReversed();
        for (const number of [17, 18, 19, 20, 33, 35, 36]) {
          const page = await listExecutions(behind, past.request(13, { range, order }), number);
          expect(page.total).toBe(within.length);
          await past.expectRows(page, inOrder.slice((number - 1) * PER_PAGE, number * PER_PAGE));
        }
      }
    }
  });

  it("are counted with the day of a group that the range cuts, where it has few there", async () => {
    const [parent = 0] = await past.fill(22, mix(0, 0), { count: 1 });
    const few = await past.fill(21, mix(0, 0), { count: 40, everyMs: 1_000, parent });
    const many = await past.fill(20, mix(0, 0), { count: MANY, everyMs: 1_000, parent });
    // Within a bucket that has some of both sides of it.
    const from = few[20] ?? 0;
    const within = [...many, ...few.slice(0, 21)].toReversed();
    for (const order of ["newest", "oldest"] as const) {
      const inOrder = order === "oldest" ? within : within.toReversed();
      const request = past.request(21, { filter: { parent }, range: { from }, order });
      for (const number of [1, PAGE]) {
        const { page, roundTrips } = await past.costOfPage(request, number);
        expect(page.total).toBe(within.length);
        await past.expectRows(page, inOrder.slice((number - 1) * PER_PAGE, number * PER_PAGE));
        expect(roundTrips).toBeLessThanOrEqual(number === 1 ? 3 : 6);
      }
    }
  });

  it("are counted with the quarter of an hour of a group that the range cuts, where it has many there", async () => {
    const [parent = 0] = await past.fill(42, mix(0, 0), { count: 1 });
    const burst = await past.fill(41, mix(2, 0), { count: MANY, everyMs: 400, parent });
    const spread = await past.fill(41, mix(2, 0), {
      ...{ count: 66, everyMs: 50_000, action_ref: "core.beside", parent },
    });
    const inTime = [...burst, ...spread].toSorted((one, other) => one - other);
    // Both ends within a finest bucket, the first one in the burst.
    const [from, below] = [(inTime[40] ?? 0) + 1, inTime.at(-5) ?? 0];
    const within = inTime.slice(41, -5);
    for (const order of ["newest", "oldest"] as const) {
      const inOrder = order === "oldest" ? within : within.toReversed();
      const request = past.request(41, { filter: { parent }, range: { from, below }, order });
      for (const number of [1, PAGE, 21]) {
        const { page, roundTrips } = await past.costOfPage(request, number);
        expect(page.total).toBe(within.length);
        await past.expectRows(page, inOrder.slice((number - 1) * PER_PAGE, number * PER_PAGE));
        expect(roundTrips).toBeLessThanOrEqual(number === 1 ? 3 : 6);
      }
    }
  });

  it("of a group come from what has completed beside it, of all its time or a part of it", async () => {
    const [parent = 0] = await past.fill(29, mix(0, 0), { count: 1 });
    const made = await past.fill(28, mix(2, 1), { count: MANY, everyMs: 4_000, parent });
    // From before the oldest to the newest, which cuts a bucket at both ends.
    const part = { from: (made.at(-1) ?? 0) - 4_096, below: (made[0] ?? 0) + 1 };
    for (const range of [{}, part]) {
      const request = past.request(28, { filter: { parent }, range });
      const { page, units, roundTrips } = await past.costOfPage(request, PAGE);
      await past.expectRows(page, made.slice((PAGE - 1) * PER_PAGE, PAGE * PER_PAGE));
      expect(page.total).toBe(MANY);
      // Two of the page failed, and one runs.
      expect(units).toMatchObject({
        ...{ by_status: shards / 2, by_parent_unsuccessful: 0.5, items: 0.5 },
      });
      expect(roundTrips).toBeLessThanOrEqual(6);
    }
  });

  it("of a group come from the items where a day lies in the range as a whole: its day and hour come first", async () => {
    const [parent = 0] = await past.fill(35, mix(0, 0), { count: 1 });
    const days: number[][] = [];
    for (const [daysAgo, count] of [
      [34, 40],
      [33, MANY],
      [32, 40],
    ] as const)
      days.push(await past.fill(daysAgo, mix(2, 1), { count, everyMs: 4_000, parent }));
    const [oldest = [], middle = [], newest = []] = days;
    const range = { from: oldest[19] ?? 0, below: newest[19] ?? 0 };
    const within = [...newest.slice(20), ...middle, ...oldest.slice(0, 20)];
    const request = past.request(33, { filter: { parent }, range });
    const { page, units, roundTrips } = await past.costOfPage(request, PAGE);
    await past.expectRows(page, within.slice((PAGE - 1) * PER_PAGE, PAGE * PER_PAGE));
    expect(page.total).toBe(within.length);
    expect(units.items).toBe(10);
    expect(units.by_status).toBeUndefined();
    expect(roundTrips).toBeLessThanOrEqual(6);
  });

  it("come from the items where a year lies in the range as a whole: it is looked into first", async () => {
    const day = 24 * HOUR_MS * 4_096;
    const { from = 0, below = 0 } = rangeOf(9);
    const range = { from: from - 800 * day, below: below + day / 48 };
    const { page, units, roundTrips } = await past.costOfPage(past.request(9, { range }), PAGE);
    await past.expectRows(page, onPage());
    expect(units.items).toBe(10);
    expect(units.by_status).toBeUndefined();
    expect(roundTrips).toBeLessThanOrEqual(6);
  });
});
