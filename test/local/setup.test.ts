import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/setup.mjs", import.meta.url));
const execute = promisify(execFile);

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "attune-setup-test-"));
  mkdirSync(join(checkout, "scripts"));
  cpSync(script, join(checkout, "scripts", "setup.mjs"));
  mkdirSync(join(checkout, "packages", "one"), { recursive: true });
  const one = { name: "one", version: "1.0.0" };
  const all = { name: "all", version: "1.0.0", workspaces: ["packages/*"] };
  write("packages/one/package.json", one);
  write("package.json", all);
  write("package-lock.json", {
    ...all,
    lockfileVersion: 3,
    packages: {
      "": all,
      "node_modules/one": { resolved: "packages/one", link: true },
      "packages/one": { version: one.version },
    },
  });
});
afterEach(() => rmSync(checkout, { recursive: true }));

const write = (file: string, contents: object) =>
  writeFileSync(join(checkout, file), JSON.stringify(contents));
const setUp = () => execute(process.execPath, [join(checkout, "scripts", "setup.mjs"), "start"]);

describe("setup", () => {
  it("installs once, however many ask at the same time", async () => {
    const said = await Promise.all([setUp(), setUp(), setUp()]);
    const installs = said.filter(({ stderr }) => stderr.includes("npm ci"));

    expect(installs).toHaveLength(1);
    expect(existsSync(join(checkout, "node_modules", "one", "package.json"))).toBe(true);
  });

  it("does nothing when there is nothing to do", async () => {
    await setUp();
    expect(await setUp()).toEqual({ stdout: "", stderr: "" });
  });

  it("installs again when an install was cut short", async () => {
    await setUp();
    const installed = join(checkout, "node_modules", ".package-lock.json");
    rmSync(installed);
    expect((await setUp()).stderr).toContain("npm ci");
    expect(existsSync(installed)).toBe(true);
  });

  it("fails with what npm says", async () => {
    write("package-lock.json", { lockfileVersion: 3, packages: { "node_modules/two": {} } });
    await expect(setUp()).rejects.toThrow(/`npm ci .*` failed/);
  });
});
