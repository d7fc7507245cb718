import { describe, expect, it } from "vitest";
import { explore } from "./explore.ts";
import { createWorld, type Options } from "./world.ts";

/** Together they hold every actor, and each pair of actors meets in one of them. */
const scenarios: Record<string, Options> = {
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
  "two workers that may die, time, the sweep": {
    executors: 0,
    workers: ["completed", "failed"],
    crashes: 1,
    jumps: 1,
    hasSweep: true,
  },
  "a worker, redelivery, dead letters, time, the sweep": {
    executors: 0,
    workers: ["completed"],
    redeliveries: 2,
    jumps: 1,
    hasSweep: true,
    hasDeadLetters: true,
  },
  "a cancel, time and the sweep before any worker": { cancellers: 1, jumps: 1, hasSweep: true },
};

describe("every interleaving keeps the invariants", () => {
  it.each(Object.entries(scenarios))("%s", async (name, options) => {
    const { states, transitions, ends } = await explore((scheduler) =>
      createWorld(scheduler, options),
    );
    console.warn(`${name}: ${states} states, ${transitions} transitions, ${ends} ends`);
    expect(states).toBeGreaterThan(50);
    expect(ends).toBeGreaterThan(0);
  });
});
