/** How long a Lambda takes from the start of its process to its first answer, and what it costs when warm. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureResources, lambdaEnvironment } from "@attune/local/resources";
import { unusedCredentialSources } from "@attune/topology/bundles";
import { functions } from "@attune/topology/functions";
import { routes } from "@attune/topology/routes";
import * as z from "zod";
import { bundleHandler } from "../scripts/synth/bundler.ts";
import { startEngines } from "../test/fixtures/engines.ts";
import { storeAt } from "../test/fixtures/store.ts";
import { createExecutions, request } from "./executions.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const PAIRS = 25;
const EXECUTIONS = 100;
/** Requests of a warm handler: the first are left out. */
const WARM = { before: 200, counted: 1_000 };

/** Plain JavaScript, so that no compiler is started with it. */
const invokeOnce = `
const { handler } = await import(process.argv[1]);
const { statusCode } = await handler(JSON.parse(process.argv[2]), {});
process.stdout.write(String(statusCode), () => process.exit(0));`;

const invokeOften = `
const { handler } = await import(process.argv[1]);
const event = JSON.parse(process.argv[2]);
const repeat = async (times) => { for (let at = 0; at < times; at++) await handler(event, {}); };
await repeat(${WARM.before});
const before = process.cpuUsage();
await repeat(${WARM.counted});
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / ${WARM.counted}), () => process.exit(0));`;

interface Subject {
  readonly file: string;
  readonly event: object;
}

export interface Start {
  /** Median milliseconds from the start of the process to the answer. */
  readonly milliseconds: number;
  /** Median of the ratios to the usual one, run by run, and to the one that is bundled as ours are. */
  readonly ratio: number;
  readonly alike: number;
}

/** `usual` and `bare` are the same handler, bundled as SST does it and as the service's stack does. */
type Name = "usual" | "bare" | "bareList" | "one" | "list";

export interface ColdStart extends Readonly<Record<Name, Start>> {
  readonly pairs: number;
  /** Microseconds of CPU for a request of a warm handler. */
  readonly cpu: Readonly<Record<Name, number>>;
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function bundle(
  folder: string,
  name: string,
  handler: string,
  external: readonly string[] = unusedCredentialSources,
): Promise<string> {
  const properties = { minify: true, esbuild: { external: [...external] } };
  const directory = join(folder, name);
  await bundleHandler(root, directory, { functionID: name, handler, links: {}, properties }, true);
  return join(directory, "bundle.mjs");
}

/** Runs `script` on a bundle in a process of its own; its last word. */
async function run(script: string, { file, event }: Subject, environment: NodeJS.ProcessEnv) {
  const options = ["--input-type=module", "--eval", script, file, JSON.stringify(event)];
  const { stdout } = await promisify(execFile)(process.execPath, options, { env: environment });
  return stdout;
}

async function timeToAnswer(subject: Subject, environment: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  const status = await run(invokeOnce, subject, environment);
  if (status !== "200") throw new Error(`${subject.file} answered ${status}`);
  return performance.now() - start;
}

/** All in turns, so that a machine that is busy for a while is so for each. */
export async function measureColdStart(pairs = PAIRS): Promise<ColdStart> {
  const folder = await mkdtemp(join(tmpdir(), "attune-cold-start-"));
  const engines = await startEngines();
  const store = storeAt(engines.dynamodb);
  try {
    const environment = {
      PATH: process.env.PATH,
      ...lambdaEnvironment(engines, await ensureResources(engines)),
    };
    await createExecutions(store, EXECUTIONS);
    const { id } = await request(store);
    const file = await bundle(folder, "query", functions.query.handler);
    const eventOf = ({ path }: { path: string }) => ({
      routeKey: `GET ${path}`,
      rawQueryString: "",
      headers: {},
    });
    const list = { file, event: eventOf(routes.listExecutions) };
    const one = {
      file,
      event: { ...eventOf(routes.getExecution), pathParameters: { id: String(id) } },
    };
    const bareHandler = "bench/cold-start/bare.handler";
    const usual = { file: await bundle(folder, "usual", bareHandler, []), event: { id } };
    const bare = { file: await bundle(folder, "bare", bareHandler), event: { id } };
    const bareList = {
      file: await bundle(folder, "bare-list", "bench/cold-start/bare-list.handler"),
      event: {},
    };

    const byName: Record<Name, Subject> = { usual, bare, bareList, one, list };
    const ofEach = async <T>(work: (name: Name) => T | Promise<T>): Promise<Record<Name, T>> => ({
      usual: await work("usual"),
      bare: await work("bare"),
      bareList: await work("bareList"),
      one: await work("one"),
      list: await work("list"),
    });
    const taken: Record<Name, number>[] = [];
    // The first turn reads the files from the disk.
    for (let turn = 0; turn <= pairs; turn++)
      taken.push(await ofEach((name) => timeToAnswer(byName[name], environment)));
    const warm = taken.slice(1);
    const starts = await ofEach(
      (name): Start => ({
        milliseconds: median(warm.map((times) => times[name])),
        ratio: median(warm.map((times) => times[name] / times.usual)),
        alike: median(warm.map((times) => times[name] / times.bare)),
      }),
    );
    const cpu = await ofEach(async (name) =>
      z.coerce
        .number()
        .positive()
        .parse(await run(invokeOften, byName[name], environment)),
    );
    return { ...starts, pairs, cpu };
  } finally {
    store.client.destroy();
    await engines.stop();
    await rm(folder, { recursive: true });
  }
}
