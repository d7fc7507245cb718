import { lengths } from "@attune/store/counters/buckets";
import { cutIntoTransactions } from "@attune/store/counters/count-changes";
import { type Contribution, contributionOf, newestOfEach } from "@attune/store/counters/fold";
import { ledgerKey } from "@attune/store/counters/keys";
import { sumAll } from "@attune/store/counters/sums";
import { cut, namesIn } from "@attune/store/counters/transaction";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchesOf, workloads } from "../../../bench/counting.ts";

const itemsOf = (some: readonly Contribution[]) =>
  new Set(some.flatMap(({ ledger, differences }) => [ledgerKey(ledger), ...differences.keys()]))
    .size;

const itemsIn = (transactions: readonly (readonly Contribution[])[]) =>
  transactions.reduce((sum, some) => sum + itemsOf(some), 0);

/** Items that transactions write when contributions are cut in the order of a key. */
function itemsBy(all: readonly Contribution[], keyOf: (one: Contribution) => string): number {
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
  return itemsIn(
    cut(
      sorted,
      ({ ledger, differences }) => new Map([[ledgerKey(ledger), []], ...namesIn(differences)]),
    ),
  );
}
const byPage = ({ ledger }: Contribution) => ledger;
const byHeads = ({ differences }: Contribution) => [...differences.keys()].join();

describe("cutting into transactions", () => {
  /** Few pages, actions and groups, or many: what a batch shares differs. */
  const batch = fc
    .record({
      pages: fc.constantFrom(2, 20, 150),
      actions: fc.constantFrom(2, 50, 500),
      groups: fc.constantFrom(100, 2_000, 100_000),
      fines: fc.constantFrom(4, 400),
      executions: fc.array(
        fc.record({
          ...{ page: fc.nat(), action: fc.nat(), group: fc.nat(), fine: fc.nat() },
          isNew: fc.boolean(),
          status: fc.constantFrom("running", "failed", "completed", null),
        }),
        { minLength: 1, maxLength: 600, size: "max" },
      ),
    })
    .map(({ executions, pages, actions, groups, fines }) =>
      executions.flatMap(({ page, action, group, fine, isNew, status }, at) => {
        const change = {
          ...{ id: (fine % fines) * lengths.fine + at, version: 1, ledger: `${page % pages}` },
          status: "requested",
          membership: { action_ref: `core.${action % actions}`, enforcement: group % groups },
        } as const;
        const counted = isNew ? undefined : contributionOf(change, undefined)?.entry;
        return contributionOf({ ...change, version: 2, status }, counted) ?? [];
      }),
    );

  it("keeps to what a transaction takes, and has each contribution once", () => {
    fc.assert(
      fc.property(batch, (contributions) => {
        const transactions = cutIntoTransactions(contributions);
        for (const some of transactions) {
          const sums = sumAll(some.map(({ differences }) => differences));
          expect(itemsOf(some)).toBeLessThanOrEqual(100);
          for (const names of sums.values())
            expect(Object.keys(names).length).toBeLessThanOrEqual(180);
        }
        const inOrder = (some: readonly Contribution[]) => some.toSorted((a, b) => a.id - b.id);
        expect(inOrder(transactions.flat())).toEqual(inOrder(contributions));
      }),
      // To shrink what is this large takes minutes.
      { numRuns: 30, endOnFailure: true },
    );
  });

  it("never writes more items than by page or by heads alone, whatever comes first", () => {
    fc.assert(
      fc.property(batch, (contributions) => {
        const items = itemsIn(cutIntoTransactions(contributions));
        expect(items).toBeLessThanOrEqual(itemsBy(contributions, byPage));
        expect(items).toBeLessThanOrEqual(itemsBy(contributions, byHeads));
      }),
      // To shrink what is this large takes minutes.
      { numRuns: 30, endOnFailure: true },
    );
  });

  it("makes one of what fits into one", () => {
    const contributions = Array.from({ length: 99 }, (_, at) =>
      contributionOf(
        { id: at, version: 1, status: "running", ledger: `${at}`, membership: { action_ref: "a" } },
        undefined,
      ),
    ).filter((one) => one !== undefined);
    expect(cutIntoTransactions(contributions.slice(1)).map((some) => some.length)).toEqual([98]);
    expect(cutIntoTransactions(contributions).map((some) => some.length)).toEqual([98, 1]);
  });

  it("keeps together what shares heads, where nothing shares a page", () => {
    const contributions = Array.from({ length: 160 }, (_, at) =>
      contributionOf(
        {
          ...{ id: at, version: 1, status: "running", ledger: `${at}` },
          membership: { action_ref: `pack_${at % 4}.action`, parent: 1 },
        },
        undefined,
      ),
    ).filter((one) => one !== undefined);
    // Of nine heads and the three items of a group, each transaction writes those of its own packs alone.
    expect(cutIntoTransactions(contributions).map(itemsOf)).toEqual([100, 78]);
  });

  /** A batch of a second in which as many runs end as begin. */
  const AT = 65;

  it("keeps together what is as old, where runs with groups end in any order", () => {
    const workload = workloads["runs of up to a minute, an enforcement and a parent each"];
    const batches = batchesOf(workload, 80, Date.UTC(2026, 6, 1)).map((some) =>
      some.map(({ change }) => change),
    );
    const newest = newestOfEach(batches[AT] ?? []);
    const ids = new Set(newest.map(({ id }) => id));
    const before = batches.slice(0, AT).flatMap((some) => some.filter(({ id }) => ids.has(id)));
    const ledger = new Map(
      newestOfEach(before).map((one) => [one.id, contributionOf(one, undefined)?.entry]),
    );
    const contributions = newest.flatMap((one) => contributionOf(one, ledger.get(one.id)) ?? []);
    expect({
      byPage: itemsBy(contributions, byPage),
      byHeads: itemsBy(contributions, byHeads),
      chosen: itemsIn(cutIntoTransactions(contributions)),
      atLeast: itemsOf(contributions),
    }).toEqual({ byPage: 661, byHeads: 951, chosen: 617, atLeast: 413 });
  });
});
