import { mkdir, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { extname, join } from "node:path";
import { build } from "esbuild";

/** What SST's components ask of the CLI for a function. */
export interface BuildRequest {
  readonly functionID: string;
  /** Module path without its extension, and export: `packages/functions/src/x.handler`. */
  readonly handler: string;
  /** What is linked, by name. */
  readonly links: Readonly<Record<string, unknown>>;
  readonly properties: {
    readonly minify: boolean;
    readonly esbuild?: { readonly external: string[] } | undefined;
  };
}

export interface Bundle {
  readonly function: string;
  readonly handler: string;
  readonly links: readonly string[];
  /** Absent where only the entry was compiled. */
  readonly bundled?: {
    readonly bytes: number;
    /** Packages that are not in the bundle and without which it does not load. */
    readonly missing: readonly string[];
  };
}

/** The globals of CommonJS, which some dependencies expect in an ES module too. */
const commonJsGlobals = [
  'import { createRequire as makeRequire } from "node:module";',
  'import { dirname as directoryOf } from "node:path";',
  "const require = makeRequire(import.meta.url);",
  "const __filename = import.meta.filename, __dirname = directoryOf(__filename);",
].join("");

/**
 * Compiles a handler into `directory/bundle.mjs`, and with `bundle` all that it imports, the SDK
 * included, with the options of SST's CLI.
 * @throws where the module or its export does not exist.
 */
export async function bundleHandler(
  root: string,
  directory: string,
  request: BuildRequest,
  bundle: boolean,
): Promise<Bundle> {
  const exported = extname(request.handler).slice(1);
  const entry = `${request.handler.slice(0, -exported.length - 1)}.ts`;
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, entry)],
    outfile: join(directory, "bundle.mjs"),
    bundle,
    minify: request.properties.minify,
    ...(bundle && { external: request.properties.esbuild?.external ?? [] }),
    keepNames: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    mainFields: ["module", "main"],
    banner: { js: commonJsGlobals },
    absWorkingDir: root,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const outputs = Object.values(metafile.outputs);
  if (!outputs.some((output) => output.exports.includes(exported)))
    throw new Error(`${entry} does not export ${exported}`);
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "bundle.mjs"), contents);
  return {
    function: request.functionID,
    handler: request.handler,
    links: Object.keys(request.links),
    ...(bundle && {
      bundled: {
        bytes: contents.byteLength,
        missing: outputs
          .flatMap(({ imports }) => imports)
          .filter(({ kind, path }) => kind !== "dynamic-import" && !isBuiltin(path))
          .map(({ path }) => path),
      },
    }),
  };
}
