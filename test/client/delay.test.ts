import { delayBefore } from "@attune/client/call";
import { delayAfter } from "@attune/client/delay";
import { ApiError } from "@attune/client/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const pace = { first: 200, longest: 10_000 };

describe("a delay", () => {
  it("doubles up to the longest, less up to half of it by chance", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), (count) => {
        const full = Math.min(pace.longest, pace.first * 2 ** (count - 1));
        const delay = delayAfter(count, pace);
        expect(delay).toBeGreaterThanOrEqual(full / 2);
        expect(delay).toBeLessThanOrEqual(full);
      }),
    );
  });

  it.each([
    [2_000, 2_000],
    [3_600_000, 60_000],
  ])("is no shorter than the %i ms that the API asks for, up to a minute", (retryAfter, delay) => {
    expect(delayBefore(1, new ApiError(429, "Too many", { retryAfter }))).toBe(delay);
  });

  it("is a back-off where the API asks for nothing", () => {
    expect(delayBefore(1, new ApiError(503, "Away"))).toBeLessThanOrEqual(pace.first);
    expect(delayBefore(5, new ApiError(503, "Away", { retryAfter: 0 }))).toBeGreaterThan(1_000);
  });
});
