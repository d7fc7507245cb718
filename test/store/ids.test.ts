import { timeOf } from "@attune/domain/ids";
import { createIdSource } from "@attune/store/ids";
import fc from "fast-check";
import { expect, it } from "vitest";

const start = Date.UTC(2026, 0, 1);

it("grows from call to call, in one millisecond and when the clock steps back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 200 }), (steps) => {
      let now = start;
      const next = createIdSource(() => now);
      let last = 0;
      for (const step of [0, ...steps]) {
        now += step;
        const { id } = next();
        expect(id).toBeGreaterThan(last);
        last = id;
      }
    }),
  );
});

it("stays in its millisecond for two thousand ids, and takes the next one then", () => {
  const next = createIdSource(
    () => start,
    () => 0.999,
  );
  const times = Array.from({ length: 4_100 }, () => timeOf(next().id));
  expect(times.slice(0, 2_000).every((time) => time === start)).toBe(true);
  expect(Math.max(...times)).toBe(start + 1);
});

it("has pages of its own where another process draws the same ids", () => {
  const drawn = [1, 2].map(() =>
    createIdSource(
      () => start,
      () => 0.5,
    )(),
  );
  expect(drawn[0]?.id).toBe(drawn[1]?.id);
  expect(drawn[0]?.ledger).not.toBe(drawn[1]?.ledger);
});

it("puts up to ninety executions in a row on a ledger page, for a minute", () => {
  let now = start;
  const next = createIdSource(() => now);
  const pages = Array.from({ length: 181 }, () => next().ledger);
  expect([...Map.groupBy(pages, (page) => page).values()].map((page) => page.length)).toEqual([
    90, 90, 1,
  ]);
  now += 61_000;
  expect(next().ledger).not.toBe(pages.at(-1));
});
