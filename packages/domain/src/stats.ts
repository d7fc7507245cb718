/** The buckets of `GET /stats`, and the statuses that each counts. */
import { Status } from "./lifecycle.ts";

export const statsBuckets = {
  total: Status.options,
  completed: ["completed"],
  failed: ["failed"],
  running: ["running"],
  pending: ["requested", "scheduling", "scheduled"],
  cancelled: ["cancelled"],
  timeout: ["timeout"],
  abandoned: ["abandoned"],
} as const satisfies Record<string, readonly Status[]>;

export type Stats = Record<keyof typeof statsBuckets, number>;
/** Executions by status; a status that is not there counts zero. */
export type StatusCounts = Readonly<Partial<Record<Status, number>>>;

/** The executions in any of some statuses. */
export function sumOf(counts: StatusCounts, statuses: readonly Status[]): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** The stats of some counts by status. */
export function statsOf(counts: StatusCounts): Stats {
  const of = (bucket: keyof Stats) => sumOf(counts, statsBuckets[bucket]);
  return {
    total: of("total"),
    completed: of("completed"),
    failed: of("failed"),
    running: of("running"),
    pending: of("pending"),
    cancelled: of("cancelled"),
    timeout: of("timeout"),
    abandoned: of("abandoned"),
  };
}

/** The final statuses that are failures, and all of them. */
const failures = ["failed", "timeout", "abandoned"] as const satisfies readonly Status[];
export const finals = ["completed", "cancelled", ...failures] as const satisfies readonly Status[];

/** The share of what has ended that failed, from 0 to 1; `null` where nothing has ended. */
export function failureRateOf(counts: StatusCounts): number | null {
  const ended = sumOf(counts, finals);
  return ended === 0 ? null : sumOf(counts, failures) / ended;
}
