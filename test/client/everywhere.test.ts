import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { openChromium } from "./chromium.ts";
import { cases, runCase } from "./everywhere.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.stop());

describe("in Node, the client", () => {
  it.concurrent.each(Object.entries(cases))("%s", async (_, one) => {
    expect(JSON.parse(await runCase(one, stack.api))).toEqual(one.expected);
  });
});

/** The binary is one for Linux on x64. */
const hasChromium = process.platform === "linux" && process.arch === "x64";

describe.runIf(hasChromium)("in Chromium, the client", () => {
  let chromium: Awaited<ReturnType<typeof openChromium>>;
  beforeAll(async () => {
    chromium = await openChromium(stack.api);
  });
  afterAll(() => chromium.close());

  it.concurrent.each(Object.entries(cases))("%s", async (name, { expected }) => {
    expect(await chromium.run(name)).toEqual(expected);
  });
});
