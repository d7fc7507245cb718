import { describe, expect, it } from "vitest";
import { explore } from "./explore.ts";
import { modelOf } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

describe("every interleaving keeps the invariants", () => {
  it.each(Object.entries(scenarios))("%s", async (name, scenario) => {
    const { states, worlds, transitions, ends } = await explore(modelOf(scenario));
    console.warn(
      `${name}: ${states} states, ${worlds} worlds, ${transitions} transitions, ${ends} ends`,
    );
    expect(states).toBeGreaterThan(50);
    expect(ends).toBeGreaterThan(0);
  });
});
