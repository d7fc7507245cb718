import { createClient } from "@attune/client/create-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { cases } from "./everywhere.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.stop());

describe("in Node, the client", () => {
  it.concurrent.each(Object.entries(cases))("%s", async (_, { run, expected }) => {
    const value = await run(createClient({ url: stack.api }));
    expect(JSON.parse(JSON.stringify(value))).toEqual(expected);
  });
});
