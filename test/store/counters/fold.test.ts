import { type Change, contributionOf, isSettled, newestOfEach } from "@attune/store/counters/fold";
import { type Sums, sumAll } from "@attune/store/counters/sums";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveries, type Left } from "../../fixtures/deliveries.ts";

/** The counters and the ledger in a few lines, without transactions, pages or a database. */
function count(batches: readonly Change[][]): Sums {
  const ledger = new Map<number, number>();
  let counters: Sums = new Map();
  for (const batch of batches) {
    const contributions = newestOfEach(batch).flatMap(
      (change) => contributionOf(change, ledger.get(change.id)) ?? [],
    );
    counters = sumAll([counters, ...contributions.map(({ differences }) => differences)]);
    for (const { id, entry } of contributions) ledger.set(id, entry);
  }
  return counters;
}

/** What counting each execution once, in its last status, adds up to. */
const countLeft = (left: readonly Left[]) =>
  count([left.map((one) => ({ ...one, version: 1, ledger: "p" }))]);

describe("counting", () => {
  it("equals a recount, delivered twice, split, merged and reordered across executions", () => {
    fc.assert(
      fc.property(deliveries, ({ batches, left }) => {
        expect(count(batches(1))).toEqual(countLeft(left(1)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("equals a recount even when one execution's changes come out of order", () => {
    fc.assert(
      fc.property(deliveries, fc.infiniteStream(fc.nat()), ({ batches, left }, random) => {
        const shuffled = batches(1)
          .map((batch) => ({ batch, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ batch }) => batch);
        expect(count(shuffled)).toEqual(countLeft(left(1)));
      }),
      { numRuns: 1_000 },
    );
  });

  const change = {
    id: 1,
    version: 3,
    status: "scheduled",
    ledger: "p",
    membership: { action_ref: "core.echo", parent: 70 },
  } as const;

  it("adds to totals, to what was created lately, and to groups", () => {
    const created = { scheduled: 1, "0C": 1 };
    expect(contributionOf(change, undefined)?.differences).toEqual(
      new Map<string, object>([
        ["all", created],
        ["action#core.echo", created],
        ["pack#core", created],
        ["parent:1", { "6C0": 1 }],
        ["d0:parent:1", { "6C0": 1 }],
        ["q0:parent:1", { "6C0": 1 }],
      ]),
    );
    const alone = contributionOf({ ...change, membership: { action_ref: "a" } }, undefined);
    const topLevel = { ...created, top_scheduled: 1, "0T": 1 };
    expect(alone?.differences).toEqual(
      new Map([
        ["all", topLevel],
        ["action#a", topLevel],
      ]),
    );
  });

  it("takes back all that an execution added, when it is deleted", () => {
    const final = contributionOf({ ...change, status: "failed" }, undefined);
    const gone = contributionOf({ ...change, version: 4, status: null }, final?.entry);
    expect(sumAll([final?.differences ?? new Map(), gone?.differences ?? new Map()])).toEqual(
      new Map(),
    );
  });

  it("takes it back when the ledger has forgotten it, once", () => {
    const forgotten = { ...change, version: 4, status: null, forgotten: "failed" } as const;
    const gone = contributionOf(forgotten, undefined);
    expect(gone?.differences.get("all")).toEqual({ failed: -1, "0C": -1, "0F": -1 });
    expect(contributionOf(forgotten, gone?.entry)).toBeUndefined();
  });

  it("settles an entry with a final status or a deletion", () => {
    const entryOf = (status: Change["status"]) =>
      contributionOf({ ...change, status, version: 9 }, 1 * 16 + 3)?.entry ?? -1;
    expect(isSettled(entryOf("completed"))).toBe(true);
    expect(isSettled(entryOf(null))).toBe(true);
    expect(isSettled(entryOf("canceling"))).toBe(false);
  });
});
