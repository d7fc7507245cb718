import { pauseAfter } from "@attune/worker/keep-alive";
import fc from "fast-check";
import { expect, it } from "vitest";

const everyMs = fc.integer({ min: 1, max: 30_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it("the next beat begins a tenth before its time at the latest, however long the last one took", () => {
  fc.assert(
    fc.property(everyMs, fc.integer({ min: 0, max: 60_000 }), random, (every, took, drawn) => {
      const pause = pauseAfter(every, took, () => drawn);
      expect(pause).toBeGreaterThanOrEqual(0);
      // One that took longer is followed by the next at once.
      expect(pause + took).toBeLessThanOrEqual(Math.max(took, every * 0.9) + 1e-6);
    }),
  );
});

it("beats that begin together do not stay together", () => {
  expect(pauseAfter(1_000, 0, () => 0)).toBe(700);
  expect(pauseAfter(1_000, 100, () => 0.5)).toBeCloseTo(700);
  expect(pauseAfter(1_000, 5_000, () => 0.5)).toBe(0);
});
