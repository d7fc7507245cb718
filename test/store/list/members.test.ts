/** Lists of a group by how its members ended: what each costs, and what is shown while some have not ended. */
import { type IdRange, idOf, SLOTS } from "@attune/domain/ids";
import type { Status } from "@attune/domain/lifecycle";
import { lengths } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { listExecutions } from "@attune/store/list/list-executions";
import type { ListRequest } from "@attune/store/list/request";
import { findSettled } from "@attune/store/list/settled";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Known, storeExecutions } from "../search/world.ts";
import { PER_PAGE, startPast } from "./past.ts";

const START_MS = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;
const MEMBERS = 1_200;
/** Of each ten, in the order of creation: a fifth is unsuccessful. */
const tens: readonly Status[] = [
  ...Array.from({ length: 8 }, () => "completed" as const),
  ...(["failed", "timeout"] as const),
];

let past: Awaited<ReturnType<typeof startPast>>;
beforeAll(async () => {
  past = await startPast(1);
});
afterAll(() => past.stop());

const later = (ms: number) => ({ ...past.store, now: () => new Date(START_MS + ms) });
const DAYS_LATER = 10 * 24 * 60 * MINUTE;

/** Members of a group, one a minute, the oldest first; counted, but for those that `isLate` tells. */
async function fill(
  parent: number,
  statusAt: (at: number) => Status,
  isLate: (at: number) => boolean = () => false,
  { start = START_MS, count = MEMBERS } = {},
): Promise<Known[]> {
  const known = Array.from({ length: count }, (_, at) => ({
    ...{ id: idOf(start + at * MINUTE, parent % SLOTS), status: statusAt(at), parent },
    action_ref: "core.echo",
  }));
  await storeExecutions(past.behind, known);
  const changes = known
    .filter((_, at) => !isLate(at))
    .map(({ id, status, ...membership }, at) => ({
      ...{ id, status, version: 7, ledger: `${parent}-${Math.floor(at / 80)}`, membership },
    }));
  for (let at = 0; at < changes.length; at += 400)
    await countChanges(past.behind, changes.slice(at, at + 400));
  return known;
}

const request = (parent: number, status: Status, about: Partial<ListRequest> = {}) =>
  ({
    filter: { parent, status: [status] },
    range: {},
    order: "newest",
    perPage: PER_PAGE,
    ...about,
  }) as const;

/** The ids of a page of those that match, the newest first. */
const idsOf = (known: readonly Known[], status: Status, page: number) =>
  known
    .filter((one) => one.status === status)
    .map(({ id }) => id)
    .toReversed()
    .slice((page - 1) * PER_PAGE, page * PER_PAGE);

const tenth = (at: number) => tens[at % tens.length] ?? "completed";

describe("a group whose members have all ended", () => {
  const PARENT = 11;
  let known: Known[];
  beforeAll(async () => {
    known = await fill(PARENT, tenth);
  });
  const pageAt = (status: Status, page: number) =>
    past.costOfPage(request(PARENT, status), page, later(DAYS_LATER));

  it("lists those that completed for its members, those that did not, and twenty items", async () => {
    const { page, units, readUnits, roundTrips } = await pageAt("completed", 1);
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(known, "completed", 1));
    expect(page).toMatchObject({ total: 960, complete: true });
    expect(units).toEqual({ by_parent: 0.5, by_parent_unsuccessful: 0.5, items: 10 });
    // And a unit of counters: its members and its ends.
    expect(readUnits).toBe(12);
    expect(roundTrips).toBe(3);
  });

  it.each([20, 30, 47])("finds page %i of those by the counters", async (number) => {
    const { page, readUnits, roundTrips } = await pageAt("completed", number);
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(known, "completed", number));
    expect(page).toMatchObject({ total: 960, complete: true });
    expect(readUnits).toBeLessThanOrEqual(18);
    expect(roundTrips).toBeLessThanOrEqual(6);
  });

  it.each([49, 60])("has nothing on page %i, past the last", async (number) => {
    const { page, readUnits } = await pageAt("completed", number);
    expect(page.rows).toEqual([]);
    expect(page).toMatchObject({ total: 960, complete: true });
    expect(readUnits).toBeLessThanOrEqual(24);
  });

  it("lists those that failed in the rows of an index", async () => {
    const { page, units, readUnits } = await pageAt("failed", 1);
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(known, "failed", 1));
    expect(page.total).toBe(120);
    expect(Object.keys(units)).toEqual(["by_parent_unsuccessful"]);
    expect(readUnits).toBeLessThanOrEqual(2);
    const { page: last, ...cost } = await pageAt("failed", 6);
    expect(last.rows.map(({ id }) => id)).toEqual(idsOf(known, "failed", 6));
    expect(cost.readUnits).toBeLessThanOrEqual(4);
  });

  it.each([
    ["completed", 1],
    ["completed", 18],
    ["completed", 36],
    ["completed", 37],
    ["completed", 38],
    ["failed", 1],
    ["timeout", 5],
  ] as const)(
    "finds those that are %s in a part of its time by the counters, page %i",
    async (status, number) => {
      // Within buckets at both ends.
      const [from, below] = [(known[150]?.id ?? 0) + 1, (known[1_050]?.id ?? 0) + 1];
      const part = known.slice(151, 1_051).filter((one) => one.status === status);
      for (const order of ["newest", "oldest"] as const) {
        const { page, readUnits, roundTrips } = await past.costOfPage(
          request(PARENT, status, { range: { from, below }, order }),
          number,
          later(DAYS_LATER),
        );
        const inOrder = part.map(({ id }) => id);
        if (order === "newest") inOrder.reverse();
        expect(page.rows.map(({ id }) => id)).toEqual(
          inOrder.slice((number - 1) * PER_PAGE, number * PER_PAGE),
        );
        expect(page).toMatchObject({ total: part.length, complete: true });
        expect(readUnits).toBeLessThanOrEqual(20);
        expect(roundTrips).toBeLessThanOrEqual(number === 1 ? 4 : 7);
      }
    },
  );
});

describe("a group of which some have not ended", () => {
  const PARENT = 22;
  let known: Known[];
  beforeAll(async () => {
    known = await fill(PARENT, (at) => (at > 1_150 || at % 400 === 5 ? "running" : tenth(at)));
  });

  it.each([1, 2, 25, 40, 46])("finds page %i of those that completed", async (number) => {
    const { page, readUnits, roundTrips } = await past.costOfPage(
      request(PARENT, "completed"),
      number,
      later(DAYS_LATER),
    );
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(known, "completed", number));
    expect(page.complete).toBe(true);
    expect(readUnits).toBeLessThanOrEqual(22);
    expect(roundTrips).toBeLessThanOrEqual(6);
  });

  it("counts those that completed in a part of its time by reading, since counters do not tell them from those that run", async () => {
    const part = known.slice(350, 950);
    const range = { from: part[0]?.id ?? 0, below: (part.at(-1)?.id ?? 0) + 1 };
    const { page } = await past.costOfPage(
      request(PARENT, "completed", { range }),
      1,
      later(DAYS_LATER),
    );
    const completed = part.filter(({ status }) => status === "completed");
    expect(part.some(({ status }) => status === "running")).toBe(true);
    expect(page).toMatchObject({ total: completed.length, complete: true });
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(part, "completed", 1));
  });

  it("passes over those that wait, as many as they are, without their items", async () => {
    const parent = 88;
    const waiting = (at: number) => at >= 700;
    const others = await fill(parent, (at) => (waiting(at) ? "scheduled" : tenth(at)));
    const count = others.filter((_, at) => waiting(at)).length;
    for (const order of ["newest", "oldest"] as const) {
      const { answer, readUnits } = await past.costOfWork(() =>
        findSettled(later(DAYS_LATER), { kind: "parent", of: parent }, count, {}, order),
      );
      const { from, below, unfinished } = answer;
      expect([...unfinished.values()]).toEqual(Array.from({ length: count }, () => "scheduled"));
      for (const id of unfinished.keys()) expect(id >= from && id < below).toBe(true);
      // Half a unit for some thirty of them, and for each status that has none.
      expect(readUnits).toBeLessThanOrEqual(count / 50 + 5);
    }
    const { page, readUnits } = await past.costOfPage(
      request(parent, "completed"),
      1,
      later(DAYS_LATER),
    );
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(others, "completed", 1));
    expect(page.total).toBe(560);
    expect(readUnits).toBeLessThanOrEqual(35);
  });

  it("shows none that the counters take for completed, and that runs", async () => {
    const parent = 33;
    const late = new Set([3, 500, 1_195]);
    const others = await fill(
      parent,
      (at) => (late.has(at) ? "running" : tenth(at)),
      (at) => late.has(at),
    );
    const shown: number[] = [];
    for (let page = 1; page <= 49; page++) {
      const listed = await listExecutions(later(DAYS_LATER), request(parent, "completed"), page);
      shown.push(...listed.rows.map(({ id }) => id));
      expect(listed.rows.every(({ status }) => status === "completed")).toBe(true);
    }
    const completed = new Set(
      others.flatMap(({ id, status }) => (status === "completed" ? id : [])),
    );
    expect(shown.every((id) => completed.has(id))).toBe(true);
  });

  it("takes nobody's word for those of the last seconds, of whom counters may not know yet", async () => {
    const parent = 44;
    const late = MEMBERS - 1;
    const others = await fill(
      parent,
      (at) => (at === late ? "running" : tenth(at)),
      (at) => at === late,
    );
    const now = late * MINUTE + 5_000;
    const { page } = await past.costOfPage(request(parent, "completed"), 1, later(now));
    expect(page.rows.map(({ id }) => id)).toEqual(idsOf(others, "completed", 1));
  });
});

describe("a time range of a group", () => {
  const none = () => false;
  /** Twenty members before midnight. */
  const start = START_MS + 24 * 60 * MINUTE - 20 * MINUTE;
  const everyOne = (parent: number, range: IdRange) =>
    ({ filter: { parent }, range, order: "oldest", perPage: PER_PAGE }) as const;
  const ids = (known: readonly Known[], page: number) =>
    known.map(({ id }) => id).slice((page - 1) * PER_PAGE, page * PER_PAGE);

  it("has all of the day that it begins with, also on a page that begins far from there", async () => {
    const known = await fill(55, tenth, none, { start });
    const range = { from: (known[4]?.id ?? 0) + 1 };
    const page = await listExecutions(later(DAYS_LATER), everyOne(55, range), 30);
    expect(page.rows.map(({ id }) => id)).toEqual(ids(known.slice(5), 30));
    expect(page.total).toBe(MEMBERS - 5);
  });

  it("is counted by its entries where its days have few, and by the counters where they have more", async () => {
    for (const [parent, count, isOpen, counters] of [
      [66, 240, true, 1],
      [77, 700, false, 1.5],
    ] as const) {
      const known = await fill(parent, tenth, none, { start, count });
      const below = isOpen ? (known.at(-1)?.id ?? 0) + lengths.day : (known[count - 7]?.id ?? 0);
      const range = { from: (known[4]?.id ?? 0) + 1, below };
      const { page, units, readUnits } = await past.costOfPage(
        everyOne(parent, range),
        1,
        later(DAYS_LATER),
      );
      expect(page.rows.map(({ id }) => id)).toEqual(ids(known.slice(5), 1));
      expect(page.total).toBe(isOpen ? count - 5 : count - 12);
      const ofExecutions = Object.values(units).reduce((sum, one) => sum + one, 0);
      // One of them is the day of all, which tells what is beside the page.
      expect(readUnits - ofExecutions).toBe(counters);
      expect(readUnits).toBeLessThanOrEqual(counters + 13);
    }
  });
});
