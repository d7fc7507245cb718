/** `npm run guards`: breaks each guard in a copy of the repository, and writes down which tests turn red. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type Guard, guards } from "./guards.ts";

const root = join(import.meta.dirname, "../..");

/** A copy with its own packages, and everybody else's modules. */
function copyRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), "attune-guards-"));
  for (const part of [
    "packages",
    "test",
    "scripts",
    "bench",
    "vitest.config.ts",
    "tsconfig.json",
    "package.json",
  ]) {
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (source) => !source.includes("node_modules"),
    });
  }
  const modules = join(copy, "node_modules");
  mkdirSync(join(modules, "@attune"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules")).filter((one) => one !== "@attune")) {
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  for (const name of readdirSync(join(copy, "packages"))) {
    symlinkSync(join(copy, "packages", name), join(modules, "@attune", name));
    // What npm did not hoist.
    const own = join("packages", name, "node_modules");
    if (existsSync(join(root, own))) symlinkSync(join(root, own), join(copy, own));
  }
  return copy;
}

const Results = z.object({
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) }),
  ),
});

/** The tests that fail. */
function failuresOf(copy: string, tests: readonly string[]): string[] {
  const output = join(copy, "results.json");
  const reporter = ["--reporter=json", `--outputFile=${output}`];
  spawnSync("vitest", ["run", ...tests, ...reporter], { cwd: copy, stdio: "ignore" });
  const { testResults } = Results.parse(JSON.parse(readFileSync(output, "utf8")));
  // A file that does not load, or skips all, proves nothing.
  const ran = testResults.map(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === "passed" || status === "failed"),
  );
  if (ran.length === 0 || ran.some((some) => some.length === 0)) {
    throw new Error(`A test file does not load: ${tests.join(" ")}`);
  }
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map(({ fullName }) => fullName);
}

function breakGuard(copy: string, { file, find, replace, tests }: Guard): string[] {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (text.split(find).length !== 2) throw new Error(`${file} does not hold once: ${find}`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  const failures = failuresOf(copy, tests);
  writeFileSync(path, text);
  return failures;
}

const copy = copyRepository();
const rows = guards.map((guard) => {
  const failures = breakGuard(copy, guard);
  console.log(`${failures.length} red: ${guard.guard}`);
  return { ...guard, failures };
});
rmSync(copy, { recursive: true, force: true });

const lines = rows.map(
  ({ invariant, guard, failures }) =>
    `| ${invariant} | ${guard} | ${failures.length} | ${failures[0]?.replaceAll("|", "\\|") ?? "**none**"} |`,
);
writeFileSync(
  join(root, "docs/guards.md"),
  `# Guards

What holds each invariant, and what turns red when it is broken on purpose: \`npm run guards\` breaks one
after the other in a copy of the repository, and wrote this table on ${new Date().toISOString().slice(0, 10)}.

| invariant | guard | red tests | the first of them |
|---|---|---|---|
${lines.join("\n")}
`,
);
process.exitCode = rows.every(({ failures }) => failures.length > 0) ? 0 : 1;
