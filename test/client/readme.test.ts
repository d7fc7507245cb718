import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "@attune/client/create-client";
import { expect, it } from "vitest";
import { until } from "../fixtures/executions.ts";
import { startLocalStack } from "../fixtures/stack.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(new URL("../../packages/client/README.md", import.meta.url), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, found]) => found === language)
    .map(([, , text = ""]) => text);

it("prints what its README says, read from top to bottom as one program", async () => {
  const stack = await startLocalStack();
  try {
    const { executions } = createClient({ url: stack.api });
    await executions.request({ action_ref: "core.fail" });
    await until(executions.stats, ({ failed }) => failed === 1);
    const program = ["--input-type=module-typescript", "--eval", blocks("ts").join("")];
    const env = { ...process.env, ATTUNE_URL: stack.api };
    const { stdout } = await promisify(execFile)(process.execPath, program, { cwd: root, env });
    expect(stdout).toBe(blocks("text").join(""));
  } finally {
    await stack.stop();
  }
});
