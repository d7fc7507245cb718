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

/** Where a life leaves an execution. Throws for a way that the lifecycle does not know. */
function endOf(moves: readonly Move[]): Ended {
  let state: State = initial;
  for (const move of moves) {
    const next = transition(state, move);
    if (next === undefined) throw new RangeError(`${JSON.stringify({ state, move })} is no change`);
    state = next;
  }
  const ran = moves.some((move) => move !== "handoff" && move.to === "running");
  return { ...state, version: 1 + moves.length, attempt: moves.includes("handoff") ? 1 : 0, ran };
}

const names = Object.keys(lives) as Life[];
export const ends: ReadonlyMap<Life, Ended> = new Map(
  names.map((name) => [name, endOf(lives[name])]),
);
