/**
 * Measures what the service costs, and prints it.
 *
 *     npm run bench               prints
 *     npm run bench -- --write    prints, and writes docs/measurements.md
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureBundles } from "./bundles.ts";
import { measureCountings } from "./counting.ts";
import { createExecutions } from "./executions.ts";
import { measureHandoff } from "./handoff.ts";
import { measureHeartbeats } from "./heartbeats.ts";
import { measureLatency } from "./latency.ts";
import { measureSteps } from "./lifecycle.ts";
import {
  bundleSection,
  handoffSection,
  heartbeatSection,
  latencySection,
  lifecycleSection,
  routeSection,
  searchSection,
} from "./report.ts";
import { measureRoutes } from "./routes.ts";
import { measureSearch } from "./search.ts";
import { startCountedService } from "./service.ts";

const EXECUTIONS = 1_000;
const SEARCHED = 10_000;
/** Long enough for runs of a minute to end in any order. */
const COUNTED_SECONDS = 120;
const file = fileURLToPath(new URL("../docs/measurements.md", import.meta.url));
const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });

async function measureUnits(): Promise<string[]> {
  const service = await startCountedService();
  try {
    await createExecutions(service.store, EXECUTIONS);
    const routes = await measureRoutes(service);
    const steps = await measureSteps(service);
    const countings = await measureCountings(service.store, COUNTED_SECONDS);
    const beats = await measureHeartbeats(service);
    return [
      routeSection(routes, EXECUTIONS),
      lifecycleSection(steps, countings),
      heartbeatSection(beats),
    ];
  } finally {
    await service.stop();
  }
}

const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "an unknown CPU"}, Node ${process.version}`;
const report = [
  `# Measurements

Written by \`npm run bench -- --write\` on ${date} (${machine}). \`test/e2e/capacity.test.ts\` holds the service to
what is exact in them.`,
  ...(await measureUnits()),
  searchSection(await measureSearch(SEARCHED)),
  bundleSection(await measureBundles()),
  latencySection(await measureLatency()),
  handoffSection(await measureHandoff()),
].join("\n\n");

console.log(report);
if (options.write) await writeFile(file, `${report}\n`);
