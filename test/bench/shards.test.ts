import { describe, expect, it } from "vitest";
import { HOT, loadsOf, PARTITION_UNITS, rateOf, stageRate } from "../../bench/shards.ts";

const unitsOf = (shards: number) =>
  new Map(loadsOf(shards).map(({ where, units }) => [where, units]));

describe("the busiest partitions", () => {
  const one = unitsOf(1);

  it("are written by each life as often as its indexes say", () => {
    expect(one.get("by_feed")).toBe(1);
    // Into a status and out of it again: what two of them share is in pieces, or it would be three.
    expect(one.get("by_status")).toBe(2);
    expect(one.get("by_action")).toBeCloseTo(HOT, 1);
    expect(one.get("by_action_status")).toBe(one.get("by_action"));
    expect(one.get("by_pack")).toBeGreaterThan(HOT);
    expect(one.get("Counters")).toBeGreaterThan(0);
  });

  it("are the same for the same seed", () => {
    expect(loadsOf(4)).toEqual(loadsOf(4));
  });

  it.each([4, 16])("share the load among %i shards, nearly evenly", (shards) => {
    const cut = unitsOf(shards);
    for (const [where, units] of one) {
      expect(cut.get(where), where).toBeGreaterThanOrEqual(units / shards);
      expect(cut.get(where), where).toBeLessThan((1.2 * units) / shards);
    }
  });

  it("carry what a partition takes", () => {
    const [busiest] = loadsOf(1);
    expect(busiest && rateOf(busiest)).toBe(PARTITION_UNITS / 2);
    expect(stageRate(loadsOf(1))).toBe(PARTITION_UNITS / 2);
  });
});
