/**
 * Measures what the service costs, and prints it.
 *
 *     npm run bench               prints
 *     npm run bench -- --write    prints, and writes docs/measurements.md and docs/bill.md
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { billPage } from "./bill.ts";
import { measureBundles } from "./bundles.ts";
import { measureColdStart } from "./cold-start.ts";
import { totalOf } from "./cost.ts";
import { measureCountings } from "./counting.ts";
import { createExecutions } from "./executions.ts";
import { measureHandoff } from "./handoff.ts";
import { measureHeartbeats } from "./heartbeats.ts";
import { measureLatency } from "./latency.ts";
import { measureSteps } from "./lifecycle.ts";
import { measureFanOut } from "./live/fan-out.ts";
import { measureLiveLatency } from "./live/latency.ts";
import {
  bundleSection,
  coldStartSection,
  handoffSection,
  heartbeatSection,
  latencySection,
  lifecycleSection,
  liveSection,
  routeSection,
  searchSection,
} from "./report.ts";
import { measureRoutes } from "./routes.ts";
import { measureSearch } from "./search.ts";
import { startCountedService } from "./service.ts";
import { measureStorage } from "./storage.ts";

const EXECUTIONS = 1_000;
const SEARCHED = 10_000;
/** Long enough for runs of a minute to end in any order. */
const COUNTED_SECONDS = 120;
/** The lives that the bill is for. */
const BILLED = "runs of a second, an enforcement and a parent each";
const page = (name: string) => fileURLToPath(new URL(`../docs/${name}.md`, import.meta.url));
const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

async function measureUnits() {
  const service = await startCountedService();
  try {
    await createExecutions(service.store, EXECUTIONS);
    const routes = await measureRoutes(service);
    const steps = await measureSteps(service);
    const countings = await measureCountings(service.store, COUNTED_SECONDS);
    const beats = await measureHeartbeats(service);
    const counting = countings.get(BILLED);
    if (counting === undefined) throw new Error(`Nobody measured ${BILLED}`);
    return {
      sections: [
        routeSection(routes, EXECUTIONS),
        lifecycleSection(steps, countings),
        heartbeatSection(beats),
      ],
      writeUnits: sum([...steps.values()].map(totalOf)) + counting.sum + counting.history,
      readUnits: counting.reads,
    };
  } finally {
    await service.stop();
  }
}

const date = new Date().toISOString().slice(0, 10);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "an unknown CPU"}, Node ${process.version}`;
const { sections, ...units } = await measureUnits();
const report = [
  `# Measurements

Written by \`npm run bench -- --write\` on ${date} (${machine}). \`test/e2e/capacity.test.ts\` holds the service to
what is exact in them.`,
  ...sections,
  searchSection(await measureSearch(SEARCHED)),
  bundleSection(await measureBundles()),
  coldStartSection(await measureColdStart()),
  latencySection(await measureLatency()),
  handoffSection(await measureHandoff()),
  liveSection(await measureLiveLatency(), await measureFanOut()),
].join("\n\n");
const { segmentUnits, storedBytes } = await measureStorage();
const bill = billPage({ ...units, writeUnits: units.writeUnits + segmentUnits, storedBytes });

console.log(`${report}\n\n${bill}`);
if (options.write) {
  await writeFile(page("measurements"), `${report}\n`);
  await writeFile(page("bill"), bill);
}
