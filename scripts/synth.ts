/**
 * Evaluates `sst.config.ts` and `stacks/` for a stage, without a network or an account, and writes every
 * resource with its inputs to `.sst/synth/<stage>.json`.
 *
 *     node scripts/synth.ts <stage> [--bundle] [--types]
 *
 * `--bundle` bundles the functions as a deployment would and records their sizes. `--types` writes
 * `sst-env.d.ts`.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bundle, bundleHandler } from "./synth/bundler.ts";
import { declarationOf } from "./synth/declaration.ts";
import { definePlatform, loadConfig, loadPulumi } from "./synth/platform.ts";
import { createRecorder } from "./synth/pulumi.ts";
import { startRpcServer } from "./synth/rpc.ts";

const {
  positionals: [stage],
  values: options,
} = parseArgs({
  allowPositionals: true,
  options: {
    bundle: { type: "boolean", default: false },
    types: { type: "boolean", default: false },
  },
});
if (!stage) throw new Error("usage: node scripts/synth.ts <stage> [--bundle] [--types]");

const root = process.cwd();
const platform = join(root, ".sst", "platform");
if (!existsSync(platform))
  throw new Error(".sst/platform is missing: npx sst install --stage ci makes it");

const work = await mkdtemp(join(tmpdir(), "synth-"));
const bundles: Bundle[] = [];
/** Stacks by message: what is broken in one place often fails in many. */
const failures = new Map<string, string>();
const fail = (error: unknown) => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  failures.set(message, stack ?? message);
};

// What goes wrong inside an apply() is nobody's to await.
process.on("unhandledRejection", fail);
// Only an empty event loop tells that every apply() has run.
process.once("beforeExit", async () => {
  await rm(work, { recursive: true, force: true });
  if (failures.size === 0) return writeGraph();
  console.error([`Stage ${stage} does not synthesise`, ...failures.values()].join("\n"));
  process.exitCode = 1;
});

process.env.SST_SERVER = await startRpcServer(async (request) => {
  const directory = join(work, "bundles", request.functionID);
  bundles.push(await bundleHandler(root, directory, request, options.bundle));
  return directory;
});

const config = await loadConfig(root);
const app = { ...(await config.app({ stage })), stage };
const recorder = createRecorder(fail);
const pulumi = loadPulumi(platform);
await pulumi.runtime.setMocks(recorder.mocks, app.name, stage, false, "organization");
const run = await definePlatform(root, platform, work, app);

await pulumi.runtime
  .runInPulumiStack(() =>
    run(() => {
      // After SST's own transformations, which `run` registers.
      pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
        if (opts.retainOnDelete) recorder.retain(type, name);
        return undefined;
      });
      return config.run();
    }),
  )
  .catch(fail);

async function writeGraph() {
  const resources = recorder.resources();
  const file = join(root, ".sst", "synth", `${stage}.json`);
  const draft = `${file}.${process.pid}`;
  await mkdir(join(root, ".sst", "synth"), { recursive: true });
  await writeFile(draft, JSON.stringify({ app, resources, bundles }, null, 2));
  await rename(draft, file);
  if (options.types) await writeFile(join(root, "sst-env.d.ts"), declarationOf(app, resources));
  console.log(`${stage}: ${resources.length} resources, ${bundles.length} functions → ${file}`);
}
