import {
  handoff,
  initial,
  isFinal,
  lifecycle,
  type Move,
  nextStates,
  Owner,
  type State,
  Status,
  sources,
  targets,
  transition,
} from "@attune/domain/lifecycle";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const status = fc.constantFrom(...Status.options);
const owner = fc.constantFrom(...Owner.options);
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.constant("handoff" as const),
  fc.record({ by: owner, to: status }),
);
const finals = ["completed", "failed", "cancelled", "timeout", "abandoned"];

/** The contract's table, written out: from, to, owner. */
const contract = `
requested  → scheduling cancelled failed                            executor
scheduling → scheduled cancelled failed                             executor
scheduled  → cancelled failed                                       executor
scheduled  → running canceling cancelled timeout abandoned          worker
running    → completed failed canceling timeout abandoned           worker
canceling  → cancelled completed failed timeout abandoned           worker
`
  .trim()
  .split("\n")
  .map((line) => line.split(/\s+/))
  .map(([from, , ...rest]) => ({ from, to: rest.slice(0, -1), owner: rest.at(-1) }));

describe("the lifecycle", () => {
  it("allows exactly what the contract's table says, of all 10 × 10 pairs and both owners", () => {
    for (const from of Status.options) {
      for (const by of Owner.options) {
        for (const to of Status.options) {
          const allowed = contract.some(
            (row) => row.from === from && row.owner === by && row.to.includes(to),
          );
          const after = transition({ status: from, owner: by }, { by, to });
          expect(after, `${from} → ${to} by ${by}`).toEqual(
            allowed ? { status: to, owner: by } : undefined,
          );
        }
      }
    }
  });

  it("lets only the owner move", () => {
    fc.assert(
      fc.property(status, owner, owner, status, (from, holds, by, to) => {
        fc.pre(holds !== by);
        expect(transition({ status: from, owner: holds }, { by, to })).toBeUndefined();
      }),
    );
  });

  it("hands off a scheduled execution of the executor, once, and nothing else", () => {
    fc.assert(
      fc.property(status, owner, (from, holds) => {
        const may = from === handoff.at && holds === handoff.from;
        expect(transition({ status: from, owner: holds }, "handoff")).toEqual(
          may ? { status: from, owner: "worker" } : undefined,
        );
      }),
    );
  });

  it("leads with one write to a target of the owner, and to the workers' `scheduled` at once", () => {
    for (const from of Status.options) {
      for (const by of Owner.options) {
        const expected = targets(from, by).map((to) =>
          to === "scheduled" ? { status: to, owner: "worker" } : { status: to, owner: by },
        );
        expect(nextStates({ status: from, owner: by }), `${by}'s ${from}`).toEqual(expected);
      }
    }
  });

  it("keeps a final status, whatever moves are tried on it", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        let state: State = initial;
        for (const one of moves) {
          const after = transition(state, one);
          if (isFinal(state.status)) expect(after).toBeUndefined();
          state = after ?? state;
        }
      }),
    );
    expect(Status.options.filter(isFinal).sort()).toEqual(finals.sort());
  });

  it("never gives an execution back to the executor", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        let state: State = initial;
        for (const one of moves) {
          const after = transition(state, one) ?? state;
          if (state.owner === "worker") expect(after.owner).toBe("worker");
          state = after;
        }
      }),
    );
  });

  it("never comes back to a status it has left", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        let state: State = initial;
        const left = new Set<Status>();
        for (const one of moves) {
          const after = transition(state, one) ?? state;
          if (after.status !== state.status) left.add(state.status);
          expect(left.has(after.status)).toBe(false);
          state = after;
        }
      }),
    );
  });

  it("can finish from every status, whoever owns it there", () => {
    for (const from of Status.options.filter((one) => !isFinal(one))) {
      for (const by of Owner.options.filter((one) => one in lifecycle[from])) {
        expect(targets(from, by).some(isFinal), `${from} by ${by}`).toBe(true);
      }
    }
  });

  it("has sources that are the inverse of targets", () => {
    fc.assert(
      fc.property(status, status, owner, (from, to, by) => {
        expect(sources(to, by).includes(from)).toBe(targets(from, by).includes(to));
      }),
    );
  });
});
