import { expect, it } from "vitest";
import { runLive } from "./run.ts";

it("tells each client what it asks for, once and in order, though connections are cut", async () => {
  const { told, cuts, ...wrong } = await runLive({
    seed: Number(process.env.SEED ?? 1),
    clients: 12,
    executions: 100,
    peaceSeconds: 60,
  });
  expect(wrong).toEqual({ missed: 0, strange: 0, doubled: 0, disordered: 0, reloads: 0 });
  expect(cuts).toBeGreaterThan(0);
  // Which filters there are is up to the machine as well.
  expect(told).toBeGreaterThan(100);
}, 120_000);
