import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../fixtures/executions.ts";
import { startLocalStack } from "../fixtures/stack.ts";
import { type Block, normalise, openShell, sessionsOf } from "./session.ts";

const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const sessions = sessionsOf(readme);

/** Runs a session on a stack of its own, and compares what each block prints. */
async function replay(blocks: readonly Block[]) {
  const stack = await startLocalStack(blocks[0]?.env);
  const shell = openShell();
  const here = (text: string) =>
    text
      .replaceAll("http://localhost:3000", stack.api)
      .replaceAll("http://localhost:9324", stack.sqs);
  try {
    for (const { script, output } of blocks) {
      const run = async () => normalise(await shell.run(here(script)));
      const expected = normalise(here(output ?? ""));
      // What only reads may show an earlier state at first; what writes is run once.
      const printed = /-d |-X POST|sqs /.test(script)
        ? await run()
        : await until(run, (text) => text === expected, { seconds: 20 });
      if (output !== undefined) expect(printed, script).toBe(expected);
    }
  } finally {
    shell.close();
    await stack.stop();
  }
}

describe("the README", () => {
  it("shows a session with the built-in worker, and one without", () => {
    expect(sessions.map((blocks) => blocks[0]?.env)).toEqual([{}, { WORKER: "off" }]);
    for (const blocks of sessions)
      expect(blocks.filter(({ output }) => output !== undefined).length).toBeGreaterThan(4);
    expect(sessions.flat()).toHaveLength(readme.split("<!-- session").length - 1);
  });

  it.each(sessions.map((blocks, at) => ({ session: at + 1, blocks })))(
    "tells the truth in session $session",
    ({ blocks }) => replay(blocks),
  );
});
