import { expect, it } from "vitest";
import { runChaos } from "./run.ts";

it("loses, doubles, overlaps and miscounts nothing while processes die", async () => {
  const seed = Number(process.env.SEED ?? 1);
  const result = await runChaos({
    seed,
    executions: 150,
    seconds: 8,
    leastKills: 3,
    workers: 3,
    peaceSeconds: 60,
  });
  expect(result).toMatchObject({
    lost: 0,
    doubled: 0,
    overlapping: 0,
    illegal: 0,
    unfinished: 0,
    miscounted: 0,
    untold: 0,
  });
}, 120_000);
