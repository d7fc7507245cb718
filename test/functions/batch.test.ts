import { backoffOf } from "@attune/functions/consumers/batch";
import { queues } from "@attune/topology/queues";
import fc from "fast-check";
import { expect, it } from "vitest";

const receives = fc.integer({ min: 1, max: 1_000 });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it("waits whole seconds, between half of the longest wait and all of it", () => {
  fc.assert(
    fc.property(receives, share, (count, random) => {
      const longest = Math.min(2 ** count, 300);
      const seconds = backoffOf(count, () => random);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(longest / 2);
      expect(seconds).toBeLessThanOrEqual(longest);
    }),
  );
});

it("waits longer after more tries, by the same draw", () => {
  fc.assert(
    fc.property(receives, share, (count, random) => {
      const before = backoffOf(count, () => random);
      expect(backoffOf(count + 1, () => random)).toBeGreaterThanOrEqual(before);
    }),
  );
});

it("spreads waits, so that a queue does not come back at once", () => {
  expect(new Set(Array.from({ length: 200 }, () => backoffOf(9))).size).toBeGreaterThan(50);
});

it("makes half an hour at least of the tries of a request, before its dead letter", () => {
  const tries = Array.from({ length: queues.ExecutionRequests.maxReceiveCount - 1 }, (_, at) => at);
  const seconds = tries.reduce((sum, at) => sum + backoffOf(at + 1, () => 0), 0);
  expect(seconds).toBeGreaterThan(1_800);
});
