/**
 * The lifecycle of an execution as one table: from → owner → to. The store's conditions, the
 * documentation (docs/lifecycle.md) and the property tests are derived from it.
 */
import * as z from "zod/mini";

export const Status = z.enum([
  "requested",
  "scheduling",
  "scheduled",
  "running",
  "completed",
  "failed",
  "canceling",
  "cancelled",
  "timeout",
  "abandoned",
]);
export type Status = z.infer<typeof Status>;

export const Owner = z.enum(["executor", "worker"]);
export type Owner = z.infer<typeof Owner>;

/** Every execution starts here. */
export const initial = { status: "requested", owner: "executor" } as const satisfies State;

export const lifecycle = {
  requested: { executor: ["scheduling", "cancelled", "failed"] },
  scheduling: { executor: ["scheduled", "cancelled", "failed"] },
  scheduled: {
    executor: ["cancelled", "failed"],
    worker: ["running", "canceling", "cancelled", "timeout", "abandoned"],
  },
  running: { worker: ["completed", "failed", "canceling", "timeout", "abandoned"] },
  canceling: { worker: ["cancelled", "completed", "failed", "timeout", "abandoned"] },
  completed: {},
  failed: {},
  cancelled: {},
  timeout: {},
  abandoned: {},
} as const satisfies Record<Status, Partial<Record<Owner, readonly Status[]>>>;

/**
 * The one change of owner: at this status, from the first to the second; the status stays. It is written
 * with the move to that status, in one write: see {@link nextStates}.
 */
export const handoff = { at: "scheduled", from: "executor", to: "worker" } as const;

export interface State {
  readonly status: Status;
  readonly owner: Owner;
}

/** What somebody wants to do to an execution: change its status, or hand it to the workers. */
export type Move = { readonly by: Owner; readonly to: Status } | "handoff";

/** Statuses that an owner may reach from a status; none for a final one or one that it does not own. */
export function targets(from: Status, owner: Owner): readonly Status[] {
  const byOwner: Partial<Record<Owner, readonly Status[]>> = lifecycle[from];
  return byOwner[owner] ?? [];
}

/** Statuses from which an owner may reach `to`: the inverse of {@link targets}. */
export function sources(to: Status, owner: Owner): Status[] {
  return Status.options.filter((from) => targets(from, owner).includes(to));
}

/** The state after a move, or `undefined` where the table refuses it. */
export function transition(state: State, move: Move): State | undefined {
  if (move === "handoff") {
    const may = state.status === handoff.at && state.owner === handoff.from;
    return may ? { status: handoff.at, owner: handoff.to } : undefined;
  }
  const may = state.owner === move.by && targets(state.status, move.by).includes(move.to);
  return may ? { status: move.to, owner: state.owner } : undefined;
}

/**
 * The states that one write leads to. Each is one move of the table, but for `scheduled`, which is handed
 * off at once: docs/adr/0011-one-write-to-hand-off.md.
 */
export function nextStates(state: State): State[] {
  return targets(state.status, state.owner).flatMap((to) => {
    const after = transition(state, { by: state.owner, to });
    return after === undefined ? [] : [transition(after, "handoff") ?? after];
  });
}

/** Nothing leaves a final status. */
export function isFinal(status: Status): boolean {
  return Owner.options.every((owner) => targets(status, owner).length === 0);
}

/** Ended otherwise than completed. */
export const isUnsuccessful = (status: Status): boolean =>
  isFinal(status) && status !== "completed";
