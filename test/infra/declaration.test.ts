import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { declarationOf } from "../../scripts/synth/declaration.ts";
import { readGraph } from "./graph.ts";

/** SST writes a header of its own where it deploys. */
const withoutHeader = (text: string) => text.slice(text.indexOf("declare module")).trimEnd();

it("sst-env.d.ts declares what the stacks link: node scripts/synth.ts personal --types", () => {
  const { app, resources } = readGraph("personal");
  expect(withoutHeader(readFileSync("sst-env.d.ts", "utf8"))).toBe(
    withoutHeader(declarationOf(app, resources)),
  );
});
