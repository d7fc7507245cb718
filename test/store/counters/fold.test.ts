import { cutIntoTransactions } from "@attune/store/counters/count-changes";
import {
  type Change,
  contributionOf,
  isSettled,
  newestOfEach,
  sumContributions,
} from "@attune/store/counters/fold";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveries } from "../../fixtures/deliveries.ts";

/** The counters and the ledger in a few lines, without transactions, pages or a database. */
function count(batches: readonly Change[][]) {
  const ledger = new Map<number, number>();
  const counters = new Map<string, Record<string, number>>();
  for (const batch of batches) {
    const contributions = newestOfEach(batch).flatMap(
      (change) => contributionOf(change, ledger.get(change.id)) ?? [],
    );
    for (const [key, changes] of sumContributions(contributions)) {
      const fields = { ...counters.get(key) };
      for (const [field, difference] of Object.entries(changes)) {
        fields[field] = (fields[field] ?? 0) + difference;
      }
      counters.set(key, fields);
    }
    for (const { id, entry } of contributions) ledger.set(id, entry);
  }
  return counters;
}

/** Counts without what is zero. */
const nonZero = (counters: ReadonlyMap<string, Record<string, number>>) =>
  Object.fromEntries(
    [...counters].flatMap(([key, fields]) => {
      const left = Object.entries(fields).filter(([, value]) => value !== 0);
      return left.length > 0 ? [[key, Object.fromEntries(left)]] : [];
    }),
  );

describe("counting", () => {
  it("equals a recount, delivered twice, split, merged and reordered across executions", () => {
    fc.assert(
      fc.property(deliveries, ({ batches, recount }) => {
        expect(nonZero(count(batches(1)))).toEqual(nonZero(recount()));
      }),
      { numRuns: 1_000 },
    );
  });

  it("equals a recount even when one execution's changes come out of order", () => {
    fc.assert(
      fc.property(deliveries, fc.infiniteStream(fc.nat()), ({ batches, recount }, random) => {
        const shuffled = batches(1)
          .map((batch) => ({ batch, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ batch }) => batch);
        expect(nonZero(count(shuffled))).toEqual(nonZero(recount()));
      }),
      { numRuns: 1_000 },
    );
  });

  it("writes nothing for a change of owner alone", () => {
    const change = {
      id: 1,
      version: 3,
      status: "scheduled",
      ledger: "p",
      membership: { action_ref: "core.echo" },
    } as const;
    const entry = contributionOf(change, undefined)?.entry;
    expect(contributionOf({ ...change, version: 4 }, entry)).toBeUndefined();
  });

  it("settles an entry with a final status or a deletion", () => {
    const entryOf = (status: Change["status"]) => {
      const change = { id: 1, version: 9, ledger: "p", membership: { action_ref: "a" } };
      return contributionOf({ ...change, status }, 1 * 16 + 3)?.entry ?? -1;
    };
    expect(isSettled(entryOf("completed"))).toBe(true);
    expect(isSettled(entryOf(null))).toBe(true);
    expect(isSettled(entryOf("canceling"))).toBe(false);
  });
});

describe("cutting into transactions", () => {
  it("keeps to the limit, and loses nothing", () => {
    fc.assert(
      fc.property(deliveries, fc.integer({ min: 7, max: 20 }), ({ batches }, limit) => {
        const contributions = newestOfEach(batches(1).flat()).flatMap(
          (change) => contributionOf(change, undefined) ?? [],
        );
        const transactions = cutIntoTransactions(contributions, limit);
        for (const some of transactions) {
          const pages = new Set(some.map(({ ledger }) => ledger));
          expect(pages.size + sumContributions(some).size).toBeLessThanOrEqual(limit);
        }
        expect(new Set(transactions.flat())).toEqual(new Set(contributions));
      }),
    );
  });
});
