import { createdOf, idOf, SLOTS, timeOf } from "@attune/domain/ids";
import fc from "fast-check";
import { expect, it } from "vitest";

const unixMs = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2093, 0, 1) });
const slot = fc.integer({ min: 0, max: SLOTS - 1 });

it("orders ids by time first, exactly, until 2093", () => {
  fc.assert(
    fc.property(unixMs, slot, unixMs, slot, (one, oneSlot, other, otherSlot) => {
      const [a, b] = [idOf(one, oneSlot), idOf(other, otherSlot)];
      expect(Number.isSafeInteger(a)).toBe(true);
      if (one < other) expect(a).toBeLessThan(b);
      expect(timeOf(a)).toBe(one);
      expect(createdOf(a)).toBe(new Date(one).toISOString());
    }),
  );
});
