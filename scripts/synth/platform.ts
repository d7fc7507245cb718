/**
 * SST's components, made to run in this process. They are internals of exactly sst 4.17.1: the globals
 * that its CLI defines, `src/shim/run.js`, `src/auto/run.ts` and the folder's layout.
 */
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Pulumi } from "./pulumi.ts";

export interface App {
  readonly name: string;
  readonly stage: string;
  readonly protect: boolean;
  readonly removal: string;
}

export interface Config {
  app(input: { stage: string }): Promise<Omit<App, "stage">>;
  run(): Promise<unknown>;
}

interface Components {
  readonly shim: Readonly<Record<string, unknown>>;
  readonly sst: unknown;
  readonly aws: unknown;
  readonly run: (program: () => Promise<unknown>) => Promise<unknown>;
}

/** The very Pulumi that the components import: it holds one program's state for the whole process. */
export function loadPulumi(platform: string): Pulumi {
  return createRequire(join(platform, "package.json"))("@pulumi/pulumi");
}

export async function loadConfig(root: string): Promise<Config> {
  Object.assign(globalThis, { $config: (config: Config) => config });
  const { default: config } = await import(pathToFileURL(join(root, "sst.config.ts")).href);
  return config;
}

/**
 * Defines the globals that `sst.config.ts` and `stacks/` see under the CLI.
 * @returns SST's own frame around the program: retain on removal, unique names, links.
 */
export async function definePlatform(
  root: string,
  platform: string,
  work: string,
  app: App,
): Promise<Components["run"]> {
  Object.assign(globalThis, {
    $app: app,
    $dev: false,
    $cli: {
      command: "deploy",
      paths: { home: join(root, ".sst"), root, work, platform },
      state: { version: {} },
    },
  });
  const { shim, sst, aws, run } = await importComponents(platform);
  Object.assign(globalThis, shim, { sst, aws });
  return run;
}

async function importComponents(platform: string): Promise<Components> {
  // Inside the platform's folder, so that what stays external resolves as it does for SST.
  const outfile = join(platform, `synth.${process.pid}.mjs`);
  try {
    await build({
      stdin: {
        contents: `
          export * as shim from "./src/shim/run.js";
          export * as sst from "./src/components";
          export * as aws from "@pulumi/aws";
          export { run } from "./src/auto/run.ts";`,
        resolveDir: platform,
      },
      outfile,
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      logLevel: "error",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}
