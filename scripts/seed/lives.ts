/** The ways through the lifecycle that executions take, and where each leaves them. */
import { initial, type Move, type State, transition } from "@attune/domain/lifecycle";

const executor = (to: "scheduling" | "scheduled" | "cancelled" | "failed") =>
  ({ by: "executor", to }) as const;
const worker = (
  to: "running" | "completed" | "failed" | "canceling" | "cancelled" | "timeout" | "abandoned",
) => ({ by: "worker", to }) as const;

const handedOff = [executor("scheduling"), executor("scheduled"), "handoff"] as const;
const running = [...handedOff, worker("running")] as const;

export const lives = {
  completed: [...running, worker("completed")],
  failed: [...running, worker("failed")],
  timeout: [...running, worker("timeout")],
  abandoned: [...running, worker("abandoned")],
  cancelled: [...running, worker("canceling"), worker("cancelled")],
  "cancelled before the handoff": [executor("cancelled")],
  "abandoned in the queue": [...handedOff, worker("abandoned")],
} as const satisfies Record<string, readonly Move[]>;
export type Life = keyof typeof lives;

export interface Ended extends State {
  /** Changes of status or owner, its creation included. */
  readonly version: number;
  readonly attempt: number;
  /** Whether a worker had it. */
  readonly ran: boolean;
}

/** The states of a life, version by version. Throws for a way that the lifecycle does not know. */
function statesOf(moves: readonly Move[]): State[] {
  let state: State = initial;
  return [
    state,
    ...moves.map((move) => {
      const next = transition(state, move);
      if (next === undefined)
        throw new RangeError(`${JSON.stringify({ state, move })} is no change`);
      state = next;
      return state;
    }),
  ];
}

const names = Object.keys(lives) as Life[];
export const states: ReadonlyMap<Life, readonly State[]> = new Map(
  names.map((name) => [name, statesOf(lives[name])]),
);

/** Where a life leaves an execution. */
function endOf(moves: readonly Move[]): Ended {
  const state = statesOf(moves).at(-1) ?? initial;
  const ran = moves.some((move) => move !== "handoff" && move.to === "running");
  return { ...state, version: 1 + moves.length, attempt: moves.includes("handoff") ? 1 : 0, ran };
}

export const ends: ReadonlyMap<Life, Ended> = new Map(
  names.map((name) => [name, endOf(lives[name])]),
);
