import { beforeAll, describe, expect, it } from "vitest";
import { measureSearch } from "../../../bench/search.ts";

const EXECUTIONS = 10_000;

describe(`${EXECUTIONS} results, of executions that come at 200 a second`, () => {
  let items: number;
  let costs: { saved: number; compacted: number; search: { readUnits: number } } | undefined;
  beforeAll(async () => {
    const measured = await measureSearch(EXECUTIONS, [200]);
    items = measured.items;
    costs = measured.rates.get(200);
  }, 120_000);

  it("are searched for a tenth of the read units of the items, and less", () => {
    expect(items).toBe(EXECUTIONS / 2);
    expect(costs?.search.readUnits).toBeLessThanOrEqual(items / 10);
  });

  it("are kept searchable for a tenth of a write unit each", () => {
    expect((costs?.saved ?? Number.NaN) + (costs?.compacted ?? Number.NaN)).toBeLessThanOrEqual(
      0.1,
    );
  });
});
