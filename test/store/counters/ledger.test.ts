import { ledgerKey } from "@attune/store/counters/keys";
import { advancePage, entryOf } from "@attune/store/counters/ledger";
import fc from "fast-check";
import { expect, it } from "vitest";

const id = fc.oneof(fc.nat({ max: 100 }), fc.maxSafeNat());
/** As the service gives it, with its first id and its maker or without one, or any other. */
const name = fc.oneof(
  id.map((first) => first.toString(36)),
  fc.tuple(id, fc.nat()).map(([first, maker]) => `${first.toString(36)}.${maker.toString(36)}`),
  fc.string(),
);

it("a page has an entry for each of its executions, whatever its name and theirs", () => {
  fc.assert(
    fc.property(name, fc.uniqueArray(id, { minLength: 2 }), (ledger, ids) => {
      const contributions = ids.map((one, at) => ({
        ...{ id: one, ledger, entry: at },
        differences: new Map(),
      }));
      const page = advancePage(ledgerKey(ledger), undefined, contributions, new Date());
      expect(ids.map((one) => entryOf(page, one))).toEqual(ids.map((_, at) => at));
    }),
    { numRuns: 1_000 },
  );
});
