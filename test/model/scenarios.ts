import type { Scenario } from "./scenario.ts";

/** Everybody and everything at once: `npm run interleavings`. */
export const all: Scenario = {
  workers: ["completed", "failed"],
  cancellers: 1,
  sweeps: 1,
  hasDeadLetters: true,
  redeliveries: 1,
  crashes: 1,
  jumps: 1,
};

/** What takes seconds. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "a request sent twice, two executors, a cancel": { requests: 2, executors: 2, cancellers: 1 },
  "an executor that dies anywhere, a cancel, a worker": {
    crashes: 1,
    cancellers: 1,
    workers: ["completed"],
  },
  "two workers, a message that comes back, a cancel": {
    executors: 0,
    workers: ["completed", "failed"],
    redeliveries: 1,
    cancellers: 1,
  },
  "two workers that may die, time, the sweep twice": {
    executors: 0,
    workers: ["completed", "failed"],
    crashes: 1,
    jumps: 1,
    sweeps: 2,
  },
  "a worker, redelivery, dead letters, time, the sweep twice": {
    executors: 0,
    workers: ["completed"],
    redeliveries: 2,
    jumps: 1,
    sweeps: 2,
    hasDeadLetters: true,
  },
  "a cancel, time and the sweep before any worker": { cancellers: 1, jumps: 1, sweeps: 2 },
  "all at once, and nobody dies": { ...all, crashes: 0 },
  "all at once, and no time passes": { ...all, jumps: 0, sweeps: 0 },
};
