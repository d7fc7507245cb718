/**
 * Measures lists, searches and statistics on 1,000 to 1,000,000 executions, and prints what they cost.
 *
 *     npm run bench:scale                                  all sizes, seeded first where they are not there
 *     npm run bench:scale -- --up-to 100000                the smaller ones
 *     npm run bench:scale -- --data .scale                 the folder of the seeded data, kept for the next time
 *     npm run bench:scale -- --alone                       without the plain way, which takes most of the time
 *     npm run bench:scale -- --write                       writes docs/performance.md
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dynamoDbFile } from "@attune/local/engines/dynamodb";
import { counts, MONTHS, SEED, UNTIL } from "./scale/pasts.ts";
import { performancePage } from "./scale/report.ts";
import { Measured } from "./scale/results.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    "up-to": { type: "string", default: String(counts.at(-1)) },
    data: { type: "string", default: ".scale" },
    alone: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

/** Runs a script in a process of its own; what it has printed. */
async function run(script: string, parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [at(script), ...parameters], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return output;
}

async function measure(count: number): Promise<Measured> {
  const dataDir = join(resolve(options.data), String(count));
  if (!existsSync(dynamoDbFile(dataDir))) {
    const past = { count, months: MONTHS, seed: SEED, until: new Date(UNTIL).toISOString() };
    const parameters = Object.entries(past).flatMap(([name, value]) => [
      `--${name}`,
      String(value),
    ]);
    console.error(await run("../scripts/seed/main.ts", parameters, { DATA_DIR: dataDir }));
  }
  return Measured.parse(
    JSON.parse(
      await run("./scale/measure.ts", [
        String(count),
        dataDir,
        ...(options.alone ? ["--alone"] : []),
      ]),
    ),
  );
}

const measured: Measured[] = [];
for (const count of counts.filter((one) => one <= Number(options["up-to"])))
  measured.push(await measure(count));

const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "an unknown CPU"}, Node ${process.version}`;
const page = performancePage(
  measured,
  `Written by \`npm run bench:scale --${options.alone ? " --alone" : ""} --write\` on ${date} (${machine}).`,
);
console.log(page);
if (options.write) await writeFile(at("../docs/performance.md"), page);
