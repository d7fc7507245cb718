/**
 * Makes the checkout ready for the script that follows; npm runs it on the host's own Node (18 or newer),
 * before anything is installed: no dependencies, no TypeScript.
 *
 *     node scripts/setup.mjs start    node_modules as package-lock.json has them, a Node that is new enough
 *     node scripts/setup.mjs check    the same, and the types that SST generates
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...path) => join(root, ...path);
const needed = [22, 18];

class SetupError extends Error {}

const steps = {
  start: [{ isDone: modulesAreCurrent, run: installModules }],
  check: [
    { isDone: modulesAreCurrent, run: installModules },
    { isDone: platformIsCurrent, run: installPlatform },
  ],
};

try {
  const mode = process.argv[2] === "check" ? "check" : "start";
  for (const step of steps[mode]) await once(step);
  assertNode();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}

/** Runs the step unless it is done, or another setup of this checkout does it in the meantime. */
async function once({ isDone, run }) {
  if (isDone()) return;
  const release = await lock();
  try {
    if (!isDone()) run();
  } finally {
    release();
  }
}

/** npm writes down last of all what it has installed: compared with that, a half-finished install shows. */
function modulesAreCurrent() {
  const installed = readJson("node_modules", ".package-lock.json")?.packages;
  const wanted = readJson("package-lock.json")?.packages;
  if (wanted === undefined) throw new SetupError("package-lock.json is missing or unreadable");
  if (installed === undefined) return false;
  return Object.entries(wanted)
    .filter(([path]) => path.includes("node_modules/"))
    .every(([path, { version, link, optional, extraneous }]) => {
      const found = installed[path];
      if (found === undefined) return optional === true || extraneous === true;
      return found.version === version && found.link === link;
    });
}

function installModules() {
  console.error("setup: installing what package-lock.json names (npm ci)");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "inherit");
}

/** `sst install` writes config.d.ts at its end. */
function platformIsCurrent() {
  const wanted = readJson("node_modules", "sst", "package.json")?.version;
  const installed = readText(".sst", "platform", "version")?.trim();
  return installed === wanted && existsSync(at(".sst", "platform", "config.d.ts"));
}

function installPlatform() {
  console.error("setup: generating the types of SST (sst install, about a minute, once)");
  const quiet = { SST_SKIP_DEPENDENCY_CHECK: "1", NO_BUN: "1", SST_TELEMETRY_DISABLED: "1" };
  rmSync(at(".sst", "platform", "config.d.ts"), { force: true });
  run("npx", ["sst", "install", "--stage", "ci"], "pipe", quiet);
}

function run(command, args, output, env = {}) {
  const done = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", output === "inherit" ? 2 : "pipe", output],
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (done.status === 0) return;
  const said = [done.stdout, done.stderr, done.error?.message].filter(Boolean).join("\n");
  throw new SetupError(`\`${[command, ...args].join(" ")}\` failed\n${said}`);
}

/** The Node that npm scripts find first. */
function assertNode() {
  const own = at("node_modules", ".bin", "node");
  const asked = spawnSync(existsSync(own) ? own : "node", ["--version"], { encoding: "utf8" });
  const [major = 0, minor = 0] = (asked.stdout ?? "")
    .trim()
    .replace("v", "")
    .split(".")
    .map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  throw new SetupError(
    `Node ${needed.join(".")} or newer is needed, and npm scripts get ${asked.stdout?.trim() || "none"}: install Node 24 from https://nodejs.org, or let npm install optional dependencies (npm ci --include=optional)`,
  );
}

/** Waits until no other setup works on this checkout; a lock whose owner is gone counts for nothing. */
async function lock() {
  const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const file = join(tmpdir(), `attune-setup-${name}.pid`);
  for (let waits = 0; ; waits++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (waits === 10) console.error("setup: waiting for another setup of this checkout");
    if (!isOwned(file)) rmSync(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isOwned(file) {
  try {
    const owner = Number(readFileSync(file, "utf8"));
    // Between its creation and the writing of the number the file is empty.
    if (owner > 0) process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readText(...path) {
  try {
    return readFileSync(at(...path), "utf8");
  } catch {
    return undefined;
  }
}

function readJson(...path) {
  const text = readText(...path);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
