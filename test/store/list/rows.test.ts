import type { Filter } from "@attune/domain/filter";
import { idOf } from "@attune/domain/ids";
import { readActions } from "@attune/store/counters/directory";
import { listExecutions } from "@attune/store/list/list-executions";
import { pathsOf } from "@attune/store/list/paths";
import { walk } from "@attune/store/list/walk";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXECUTIONS, hourOf, mix, PER_PAGE, rangeOf, startPast } from "./past.ts";

describe.each([1, 4])("the rows of a range that is over, in %i shards", (shards) => {
  let past: Awaited<ReturnType<typeof startPast>>;
  let behind: Store;
  beforeAll(async () => {
    past = await startPast(shards);
    ({ behind } = past);
  });
  afterAll(() => past.stop());

  /** A read of an index, or of one item, in each shard. */
  const half = 0.5 * shards;
  /** The heads, and the day that has the hour. */
  const counters = half + 0.5;

  it.each([
    ["all have completed", 1, mix(0, 0), { by_feed: half, by_status: half }],
    [
      "two in twenty failed, one runs",
      2,
      mix(2, 1),
      shards === 1
        ? { by_feed: 0.5, by_status: 1, items: 0.5 }
        : { by_feed: half, by_status: half, items: 1.5 },
    ],
    ["none has ended", 3, mix(0, 20), { by_feed: half, items: 10 }],
    [
      "all that have ended are on other pages",
      4,
      (at: number) => (at < PER_PAGE ? "running" : "completed"),
      { by_feed: half, by_status: half, items: 10 },
    ],
  ] as const)("%s", async (_, daysAgo, statusAt, expected) => {
    const ids = await past.fill(daysAgo, statusAt);
    const { page, units, roundTrips, readUnits } = await past.costOfPage(past.request(daysAgo));
    await past.expectRows(page, ids.slice(0, PER_PAGE));
    expect(page.total).toBe(EXECUTIONS);
    expect(units).toEqual(expected);
    expect(readUnits).toBe(Object.values(expected).reduce((sum, n) => sum + n, 0) + counters);
    expect(roundTrips).toBeLessThanOrEqual(3);
  });

  it("of an action come from its own final statuses", async () => {
    const ids = await past.fill(5, mix(4, 0), { action_ref: "core.sleep" });
    await past.fill(5, mix(0, 20), { count: 20, everyMs: 90_000, action_ref: "core.fail" });
    const { page, units } = await past.costOfPage(
      past.request(5, { filter: { action_ref: ["core.sleep"] } }),
    );
    await past.expectRows(page, ids.slice(0, PER_PAGE));
    expect(units).toEqual(
      shards === 1
        ? { by_action: 0.5, by_action_status: 1 }
        : { by_action: half, by_action_status: half, items: 2 },
    );
  });

  it("come from the items on page 1 of a whole list, a round trip sooner, and from there by its cursor", async () => {
    const ids = await past.fill(6, mix(0, 0));
    const first = await past.costOfPage(past.request(6, { range: {} }));
    // With the counters of the total, in one request: half a unit a shard.
    expect(first.units).toEqual({ by_feed: half, items: 10 + half });
    expect(first).toMatchObject({ requests: shards + 1, roundTrips: 2 });
    const place = { direction: "next", id: (ids[0] ?? 0) + 1, page: 2, matched: 20 } as const;
    const second = await past.costOfPage(past.request(6, { range: {} }), place);
    expect(second.units).toEqual({ by_feed: half, by_status: half });
    await past.expectRows(second.page, ids.slice(0, PER_PAGE));
  });

  it("are where others are beside them: of a pack its actions, of top level those with a parent", async () => {
    const [parent = 0] = await past.fill(14, mix(0, 0), { count: 1 });
    const ids = await past.fill(15, mix(0, 0));
    await past.fill(15, mix(0, 0), { everyMs: 20_000, action_ref: "core.child", parent });
    await past.fill(15, mix(0, 0), { count: 30, everyMs: 60_000, action_ref: "other.echo" });
    const ofPack = await past.costOfPage(past.request(15, { filter: { pack_name: "core" } }));
    expect(ofPack.page.total).toBe(2 * EXECUTIONS);
    // Of each action of the pack that has ever been.
    const actions = (await readActions(behind, ["core"])).length;
    expect(ofPack.units).toEqual({ by_pack: half, by_action_status: actions * half });
    const ofTop = await past.costOfPage(past.request(15, { filter: { top_level: true } }));
    expect(ofTop.page.total).toBe(EXECUTIONS + 30);
    expect(ofTop.units.by_status).toBeLessThanOrEqual(shards === 1 ? 1.5 : half);
    expect(ofTop.units.items ?? 0).toBeLessThanOrEqual(1);
    const rows = ofTop.page.rows.map(({ id }) => id);
    expect(rows).toHaveLength(PER_PAGE);
    expect(rows.filter((id) => ids.includes(id)).length).toBeGreaterThan(0);
    await past.expectRows(ofTop.page, rows);
    for (const { roundTrips } of [ofPack, ofTop]) expect(roundTrips).toBeLessThanOrEqual(3);
  });

  it("of an action and a status are no more than the page has, on any page; a short range is read to its end", async () => {
    const ids = await past.fill(25, mix(0, 0), { count: 240, everyMs: 8_000, action_ref: "own.a" });
    const filter = { action_ref: ["own.a"], status: ["completed"] } as const;
    const request = past.request(25, { filter, range: {} });
    const { next } = await listExecutions(behind, request, 3);
    for (const [at, number] of [
      [1, 1],
      [2, 2],
      [next, 4],
      [8, 8],
      [12, 12],
    ] as const) {
      const { page, units, roundTrips } = await past.costOfPage(request, at);
      await past.expectRows(page, ids.slice((number - 1) * PER_PAGE, number * PER_PAGE));
      expect(page.total).toBe(240);
      if (shards > 1) continue;
      expect(units).toEqual({ by_action_status: 0.5 });
      expect(roundTrips).toBeLessThanOrEqual(number < 7 ? 1 : 5);
    }
    // Its ends are within buckets of 15 s.
    const range = { from: (ids[50] ?? 0) + 1, below: (ids[15] ?? 0) + 1 };
    const short = await past.costOfPage(past.request(25, { filter, range }));
    expect(short.page.total).toBe(35);
    if (shards === 1) expect(short.roundTrips).toBe(1);
  });

  it("of a pack and a status come from its actions, on any page, or the status where those are many partitions", async () => {
    await past.fill(23, mix(0, 0), { count: 110, everyMs: 20_000, action_ref: "small.a" });
    await past.fill(23, mix(0, 0), { count: 110, everyMs: 21_000, action_ref: "small.b" });
    await past.fill(23, mix(0, 0), { count: 300, everyMs: 10_000 });
    const filter = { pack_name: "small", status: ["completed"] } as const;
    const seen: number[] = [];
    for (const number of [1, 6, 11]) {
      const { page, units, roundTrips } = await past.costOfPage(
        past.request(23, { filter, range: {} }),
        number,
      );
      expect(page.total).toBe(220);
      seen.push(...page.rows.map(({ id }) => id));
      expect(page.rows.every(({ action_ref }) => action_ref.startsWith("small."))).toBe(true);
      const [index = "", ...others] = Object.keys(units);
      expect(others).toEqual([]);
      expect(shards === 1 ? ["by_action_status"] : ["by_action_status", "by_status"]).toContain(
        index,
      );
      // Half a unit for each partition at least.
      if (shards === 1) expect(units[index]).toBeLessThanOrEqual(number === 6 ? 3 : 2);
      else expect(units[index]).toBeLessThanOrEqual(16);
      expect(roundTrips).toBeLessThanOrEqual(number === 1 ? 3 : 6);
    }
    expect(new Set(seen).size).toBe(3 * PER_PAGE);
  });

  it.each([
    ["in a burst", 16, { everyMs: 20, others: 0 }, true],
    ["with few others beside them", 17, { everyMs: 59_000, others: 0 }, true],
    ["among many others", 23, { everyMs: 59_000, others: 580 }, false],
  ])("of a group are looked for in those of its time, %s", async (_, daysAgo, of, areThere) => {
    const { everyMs, others } = of;
    const [parent = 0] = await past.fill(18, mix(0, 0), { count: 1 });
    await past.fill(daysAgo, mix(0, 0), {
      count: others,
      everyMs: 6_000,
      action_ref: "core.beside",
    });
    const ids = await past.fill(daysAgo, mix(2, 0), { everyMs, parent });
    const { page, units } = await past.costOfPage(past.request(daysAgo, { filter: { parent } }));
    await past.expectRows(page, ids.slice(0, PER_PAGE));
    expect(page.total).toBe(EXECUTIONS);
    // Counted by its two days, and what has been seen of the quarters of an hour that are cut.
    expect(units).toEqual(
      areThere
        ? { by_parent: 0.5, by_status: half, by_parent_unsuccessful: 0.5 }
        : { by_parent: 0.5, items: 10 },
    );
  });

  it("are tested on what has completed, where they came in a burst", async () => {
    const [parent = 0] = await past.fill(18, mix(0, 0), { count: 1 });
    const ids = await past.fill(24, mix(2, 0), { everyMs: 20, parent });
    const filter = { parent, status: ["completed"] } as const;
    const pathBy = (wanted: Filter) =>
      pathsOf(wanted).find(([reading]) => reading?.source.index === "by_parent") ?? [];
    const costOfWalk = (wanted: Filter) =>
      past.costOfWork(async () => {
        const limitOf = () => 2 * PER_PAGE;
        const along = { path: pathBy(wanted), range: {}, order: "newest", limitOf } as const;
        const { value } = await walk(past.store, wanted, along).next();
        return value?.matches.map(({ id }) => id);
      });
    const { answer, units } = await costOfWalk(filter);
    expect(answer).toEqual(ids.slice(0, 2 * PER_PAGE).filter((_, at) => at % PER_PAGE >= 2));
    // Rows of two pages; and what failed tells so beside the members.
    const rows = shards === 1 ? 2 * half : half;
    expect(units).toEqual({ by_parent: 0.5, by_parent_unsuccessful: 0.5, by_status: rows });
    // No entry of an index tells what an execution is a new try of.
    const retries = await costOfWalk({ parent, original_execution: parent });
    expect(retries.answer).toEqual([]);
    expect(retries.units).toEqual({ by_parent: 0.5, items: PER_PAGE });
  });

  it("are read with the edge that the page begins in; the one behind it is read by itself", async () => {
    const ids = await past.fill(7, mix(0, 0), { count: 200, everyMs: 4_000 });
    // Ends within buckets of 15 s.
    const range = { from: (ids[165] ?? 0) + 1, below: (ids[15] ?? 0) + 1 };
    for (const order of ["newest", "oldest"] as const) {
      const { page, units, roundTrips } = await past.costOfPage(past.request(7, { range, order }));
      const within = order === "newest" ? ids.slice(15, 165) : ids.slice(15, 165).toReversed();
      await past.expectRows(page, within.slice(0, PER_PAGE));
      expect(page.total).toBe(150);
      expect(units).toEqual({ by_feed: half + half, by_status: half });
      expect(roundTrips).toBeLessThanOrEqual(3);
    }
    // What is read to its end has counted itself.
    const short = { ...range, from: (ids[50] ?? 0) + 1 };
    const { page, units } = await past.costOfPage(past.request(7, { range: short }));
    expect(page.total).toBe(35);
    expect(units).toEqual({ by_feed: half, by_status: half });
  });

  it("come with a total that takes the smaller part of the bucket that an end cuts", async () => {
    // Two buckets of 15 s, with 300 each.
    const ids = await past.fill(19, mix(0, 0), { count: 600, everyMs: 50 });
    const { below } = rangeOf(19);
    for (const [cutMs, read] of [
      [3_000, half],
      [12_000, half],
    ] as const) {
      const range = { from: idOf(hourOf(19) + cutMs, 0), below };
      const { page, units } = await past.costOfPage(past.request(19, { range }));
      expect(page.total).toBe(ids.filter((id) => id >= range.from).length);
      expect(units).toEqual({ by_feed: half + read, by_status: half });
    }
  });

  it("by a cursor cost what those of page 1 do", async () => {
    const ids = await past.fill(8, mix(2, 1));
    const { next } = await listExecutions(behind, past.request(8), 1);
    const { page, units, roundTrips } = await past.costOfPage(past.request(8), next);
    await past.expectRows(page, ids.slice(PER_PAGE, 2 * PER_PAGE));
    expect(page.total).toBe(EXECUTIONS);
    expect(units.items).toBe(shards === 1 ? 0.5 : 1.5);
    expect(roundTrips).toBeLessThanOrEqual(3);
    const { prev } = page;
    const back = await past.costOfPage(past.request(8), prev);
    await past.expectRows(back.page, ids.slice(0, PER_PAGE));
    expect(back.units).toEqual(units);
  });
});
