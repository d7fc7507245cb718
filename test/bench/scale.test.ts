import { describe, expect, it } from "vitest";
import { knownOf, totalOf, valuesOf } from "../../bench/scale/known.ts";
import { pastOf } from "../../bench/scale/pasts.ts";
import { plainPath } from "../../bench/scale/plain.ts";
import { growthOf, performancePage } from "../../bench/scale/report.ts";
import type { Measure, Measured } from "../../bench/scale/results.ts";
import { boundedShapes, listShapes } from "../../bench/scale/shapes.ts";

const measure = (more: Partial<Measure>): Measure => ({
  ...{ name: "", place: "first", rows: 20, requests: 3, roundTrips: 2, readUnits: 10 },
  ...{ writeUnits: 0, items: 41, ms: 30, exact: true },
  ...more,
});
const measured = (count: number, more: Partial<Measure>): Measured => ({
  ...{ count, lists: [measure(more)], bounded: [], searches: [] },
  ...{ stats: [measure({ rows: 0, readUnits: 1 })], one: measure({ rows: 1, readUnits: 1 }) },
});

describe("growth", () => {
  it("is from the fewest executions on which a page shows as much", () => {
    const few = measure({ rows: 3, readUnits: 2 });
    expect(growthOf([few, measure({ readUnits: 10 }), measure({ readUnits: 12 })])).toBe(1.2);
    expect(growthOf([few, measure({})])).toBeUndefined();
    expect(growthOf([measure({})])).toBeUndefined();
  });
});

describe("the page", () => {
  it.each([
    ["units", { readUnits: 12.5 }, "12.5 ✗"],
    ["round trips", { roundTrips: 4 }, "4 ✗"],
    ["growth", { readUnits: 8 }, "2 ✗"],
  ])("marks a bar of %s that is not met", (_, more, mark) => {
    const page = performancePage([measured(1_000, { readUnits: 4 }), measured(10_000, more)], "");
    expect(page).toContain(mark);
  });

  it("marks none where all are met", () => {
    const rows = performancePage([measured(1_000, {}), measured(10_000, {})], "")
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(rows.join()).not.toContain("✗");
  });
});

describe("the shapes", () => {
  const known = knownOf(pastOf(1_000));

  it("find something, most of them", () => {
    const totals = Object.values(listShapes(known)).map((query) => totalOf(known, query));
    expect(totals.filter((total) => total !== undefined && total > 0).length).toBeGreaterThan(
      totals.length - 3,
    );
  });

  it("have a plain way where one index tells all that the filter asks", () => {
    const paths = new Map(
      Object.entries(listShapes(known)).map(([name, { filter }]) => [
        name,
        plainPath(filter)?.index,
      ]),
    );
    expect(paths.get("")).toBe("by_feed");
    expect(paths.get("action_ref, of many")).toBe("by_action");
    expect(paths.get("pack_name&status=failed")).toBe("by_status");
    expect(paths.get("top_level=true")).toBe("by_feed");
    expect(paths.get("status=failed&status=timeout")).toBeUndefined();
    expect(plainPath(boundedShapes(known).executor?.filter ?? {})).toBeUndefined();
  });

  it("are of values that many have, and few", () => {
    const many = Array.from({ length: 30 }, () => 1);
    expect(valuesOf([...many, 2, 2, undefined])).toEqual({ many: 1, few: 2 });
  });
});
