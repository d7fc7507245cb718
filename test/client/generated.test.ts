import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocalStack } from "../fixtures/stack.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const description = join(root, "packages/functions/src/describe/openapi.json");
// A package of its own: the generator needs TypeScript 5, whose library TypeScript 7 no longer has.
const generated = join(root, "test/client/generated");
const generator = join(generated, "node_modules/openapi-typescript/bin/cli.js");
const compiler = join(root, "node_modules/typescript/bin/tsc");

const tsconfig = {
  compilerOptions: {
    ...{ target: "ES2024", lib: ["ES2024", "DOM"], module: "NodeNext", strict: true },
    ...{ noEmit: true, allowImportingTsExtensions: true, types: ["node"] },
  },
  include: ["*.ts"],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "attune-generated-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await cp(join(generated, "program.ts"), join(folder, "program.ts"));
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const output = join(folder, "executions.d.ts");
  await run(process.execPath, [generator, description, "--output", output]);
});
afterAll(() => rm(folder, { recursive: true }));

it("a client that is generated from the description compiles, and what the API does not have does not", async () => {
  const faults = run(process.execPath, [compiler, "--project", folder]).then(
    () => "",
    ({ stdout }) => stdout,
  );
  expect(await faults).toBe("");
});

it("a client that is generated from the description lists, gets and cancels", async () => {
  const stack = await startLocalStack();
  try {
    const { stdout } = await run(process.execPath, [join(folder, "program.ts"), stack.api]);
    expect(JSON.parse(stdout)).toEqual({
      get: { status: "failed", result: { error: "Disk full" } },
      cancel: 202,
      list: ["core.fail"],
      total: 1,
      missing: { error: "Execution with ID 999 not found", status: 404 },
      logs: ["Disk full"],
    });
  } finally {
    await stack.stop();
  }
});
