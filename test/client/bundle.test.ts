import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../packages/client/src/", import.meta.url));

/** What a browser would get of a module that imports from the client: a size in bytes, and its files. */
async function bundle(contents: string) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  const kept = Object.entries(output?.inputs ?? {}).filter(
    ([file, { bytesInOutput }]) => file !== "<stdin>" && bytesInOutput > 0,
  );
  return {
    bytes: outputFiles[0]?.contents.length,
    files: kept.map(([file]) => file.replace("packages/client/src/", "")).sort(),
    imports: output?.imports,
  };
}

it("is 15 kB at most, all of its own, and nothing of Node", async () => {
  const { bytes, files, imports } = await bundle(`export * from "./create-client.ts";`);
  expect(bytes).toBeLessThanOrEqual(15_000);
  expect(files.filter((file) => !/^[\w-]+\.ts$/.test(file))).toEqual([]);
  expect(files).toContain("create-client.ts");
  expect(imports).toEqual([]);
});

it("is 20 kB at most with what is live", async () => {
  const { bytes, imports } = await bundle(`
    export * from "./create-client.ts";
    export * from "./live.ts";
  `);
  expect(bytes).toBeLessThanOrEqual(20_000);
  expect(imports).toEqual([]);
});

it("leaves out what is not asked for", async () => {
  const { files } = await bundle(`
    import { createClient } from "./create-client.ts";
    export { isFinal } from "./final.ts";
  `);
  expect(files).toEqual(["final.ts"]);
});
