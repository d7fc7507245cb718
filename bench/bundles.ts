/** The size of each Lambda's bundle. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
/** A stage of its own: nobody else reads its graph. */
const STAGE = "bench";

const Graph = z.object({
  bundles: z.array(
    z.object({
      handler: z.string(),
      bundled: z.object({ bytes: z.int(), missing: z.array(z.string()) }),
    }),
  ),
});

/** Bundles every function as a deployment does. Handler → bytes, minified, the SDK included. */
export async function measureBundles(): Promise<Map<string, number>> {
  const given = {
    AUTH_ISSUER: "https://issuer.example",
    AUTH_AUDIENCE: STAGE,
    SST_SECRET_CursorSecret: STAGE,
  };
  await promisify(execFile)(process.execPath, ["scripts/synth.ts", STAGE, "--bundle"], {
    cwd: root,
    env: { ...process.env, ...given },
  });
  const text = await readFile(`${root}.sst/synth/${STAGE}.json`, "utf8");
  const { bundles } = Graph.parse(JSON.parse(text));
  const incomplete = bundles.filter(({ bundled }) => bundled.missing.length > 0);
  if (incomplete.length > 0) throw new Error(`incomplete: ${JSON.stringify(incomplete)}`);
  return new Map(
    bundles
      .map(({ handler, bundled }) => [handler, bundled.bytes] as const)
      .toSorted(([, one], [, other]) => other - one),
  );
}
