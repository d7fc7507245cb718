/** What a recount finds: attributes of items that are not what they should be. */
import * as z from "zod";
import type { Sums } from "../counters/sums.ts";

export const Difference = z.object({
  /** The key of the item in `Counters`: see counters/keys.ts. `segments`: a search segment. */
  item: z.string(),
  /** The attribute that counts; of segments and of the ledger, the execution. */
  attribute: z.string(),
  counted: z.int(),
  expected: z.int(),
});
export type Difference = z.infer<typeof Difference>;

/** How far an attribute is off. Counting meanwhile does not change that. */
export const driftOf = ({ counted, expected }: Difference): number => counted - expected;

/** Where two sums are not the same. */
export function compare(counted: Sums, expected: Sums): Difference[] {
  const items = new Set([...counted.keys(), ...expected.keys()]);
  return [...items].toSorted().flatMap((item) => {
    const [is, shouldBe] = [counted.get(item) ?? {}, expected.get(item) ?? {}];
    return [...new Set([...Object.keys(is), ...Object.keys(shouldBe)])]
      .map((attribute) => ({
        ...{ item, attribute },
        counted: is[attribute] ?? 0,
        expected: shouldBe[attribute] ?? 0,
      }))
      .filter((one) => driftOf(one) !== 0);
  });
}

/** Those of one look that another one has found as well. */
export function confirm(one: readonly Difference[], other: readonly Difference[]): Difference[] {
  const nameOf = (difference: Difference) =>
    JSON.stringify([difference.item, difference.attribute, driftOf(difference)]);
  const names = new Set(other.map(nameOf));
  return one.filter((difference) => names.has(nameOf(difference)));
}
