import { idsOf, isWithin, lengths } from "@attune/store/counters/buckets";
import { partOf, stretchesAround, stretchesIn } from "@attune/store/counters/stretches";
import fc from "fast-check";
import { expect, it } from "vitest";

const { hour, day, month } = lengths;
const anything = Number.POSITIVE_INFINITY;

/** Hours of some four years, from one to before another. */
const hours = fc
  .tuple(fc.nat({ max: 35_000 }), fc.oneof(fc.nat({ max: 72 }), fc.nat({ max: 3_000 })))
  .map(([from, length]) => ({ from, below: from + length }));

it("stretches have each hour of some time once, in parts that are not too long", () => {
  fc.assert(
    fc.property(hours, fc.constantFrom(hour, day, anything), ({ from, below }, longest) => {
      const stretches = stretchesIn(from * hour, below * hour, longest);
      const parts = stretches
        .flatMap((stretch) => Array.from({ length: 32 }, (_, offset) => ({ stretch, offset })))
        .map(({ stretch, offset }) => ({ stretch, offset, part: partOf(stretch, offset) }))
        // What is in a stretch is where it is counted.
        .filter(({ stretch, offset, part }) =>
          stretchesAround(idsOf(part).from).some(
            (one) =>
              one.stretch.mark === stretch.mark &&
              one.stretch.at === stretch.at &&
              one.offset === offset,
          ),
        )
        .map(({ part }) => part)
        .filter((part) => isWithin(part, { from: from * hour, below: below * hour }));
      const covered = parts.flatMap((part) => {
        const ids = idsOf(part);
        expect(ids.below - ids.from).toBeLessThanOrEqual(longest);
        const length = (ids.below - ids.from) / hour;
        return Array.from({ length }, (_, at) => ids.from / hour + at);
      });
      expect(covered.toSorted((one, other) => one - other)).toEqual(
        Array.from({ length: below - from }, (_, at) => from + at),
      );
    }),
  );
});

it.each([
  ["a month is one item", 0, month, anything, ["m0"]],
  ["whole days are told by eight", day, 30 * day, anything, ["w0", "w1", "w2", "w3"]],
  ["an end that is no day's is told by its hours", hour, 9 * day, anything, ["d0", "w0", "w1"]],
  ["a month in a longer time", 31 * day, 65 * day, anything, ["w3", "m1", "w8"]],
  ["days of a month are told apart", 0, month, day, ["w0", "w1", "w2", "w3"]],
  ["hours of a day are told apart", 0, 2 * day, hour, ["d0", "d1"]],
  ["nothing tells less than an hour apart", 0, day, hour / 60, []],
  ["nothing has no time", day, day, anything, []],
])("%s", (_, from, below, longest, expected) => {
  expect(stretchesIn(from, below, longest).map(({ mark, at }) => `${mark}${at}`)).toEqual(expected);
});
