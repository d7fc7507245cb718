/** The server of SST's CLI, as far as its components ask it anything when they deploy. */
import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import type { BuildRequest } from "./bundler.ts";

const requestSchema = z.object({
  method: z.string(),
  params: z.tuple([z.unknown()]),
});

const buildSchema = z.object({
  functionID: z.string(),
  handler: z.string(),
  links: z.record(z.string(), z.unknown()),
  properties: z.object({
    minify: z.boolean().default(false),
    esbuild: z.strictObject({ external: z.array(z.string()) }).optional(),
  }),
});

/**
 * @param build compiles a handler into `bundle.mjs` and returns the folder to zip.
 * @returns its address, for `SST_SERVER`. The process may end while it listens.
 */
export async function startRpcServer(
  build: (request: BuildRequest) => Promise<string>,
): Promise<string> {
  const methods: Record<string, (input: unknown) => unknown> = {
    "Provider.Aws.Bootstrap": () => ({ asset: "sst-asset", state: "sst-state" }),
    "Runtime.Build": async (input) => {
      const out = await build(buildSchema.parse(input));
      return { out, handler: "bundle.handler", errors: [], sourcemaps: [] };
    },
  };

  async function answer(request: IncomingMessage) {
    const { method, params } = requestSchema.parse(await json(request));
    const run = methods[method];
    if (!run) throw new Error(`SST calls ${method}, which scripts/synth does not know`);
    return run(params[0]);
  }

  const server = createServer((request, response) => {
    // An idle connection would keep the process alive.
    response.setHeader("connection", "close");
    answer(request).then(
      (result) => response.end(JSON.stringify({ result })),
      (error) => response.end(JSON.stringify({ error: String(error?.message ?? error) })),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(0, "127.0.0.1", resolve).unref();
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The RPC server has no port");
  return `http://127.0.0.1:${address.port}`;
}
