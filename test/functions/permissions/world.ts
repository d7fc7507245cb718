/**
 * A stack whose functions run here, one at a time, so that what is asked of a table meanwhile is asked by one of them.
 * One world a file: a function keeps the environment that it finds first.
 */
import { httpEvent } from "@attune/local/http/event";
import { matchRoute } from "@attune/local/http/router";
import { startHttpServer } from "@attune/local/http/server";
import type { FunctionName } from "@attune/topology/functions";
import * as z from "zod";
import { executionsPath, One } from "../../fixtures/api.ts";
import { until } from "../../fixtures/executions.ts";
import { handlersOf } from "../../fixtures/invoke.ts";
import { startLocalStack } from "../../fixtures/stack.ts";
import { storeAt } from "../../fixtures/store.ts";
import { needsOf } from "./needs.ts";

const Answer = z.object({ statusCode: z.int(), body: z.string() });

export type World = Awaited<ReturnType<typeof startWorld>>;

export async function startWorld() {
  const stack = await startLocalStack({ WORKER: "off" });
  /** Clients of the WebSocket: one is gone, the others are there. */
  const clients = await startHttpServer(0, async ({ path }) => ({
    ...{ status: path.endsWith("/gone") ? 410 : 200, body: Buffer.alloc(0) },
    headers: path.endsWith("/gone") ? { "x-amzn-errortype": "GoneException" } : {},
  }));
  const limits = { WAKE_SECONDS: "0.001", LEASE_SECONDS: "0.001" };
  const handle = await handlersOf(stack, limits, clients.url);
  const { store } = await import("@attune/functions/resources");

  let running: FunctionName;
  const asked = new Map<string, Set<string>>();
  store.client.middlewareStack.add(
    (next, context) => (args) => {
      const needs = needsOf(String(context.commandName), args.input);
      asked.set(running, new Set([...(asked.get(running) ?? []), ...needs]));
      return next(args);
    },
    { step: "initialize" },
  );

  function invoke(name: FunctionName, event: unknown): Promise<unknown> {
    running = name;
    return handle(name, event);
  }

  async function http(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const { pathname, search } = new URL(`${executionsPath}${path}`, stack.api);
    const match = matchRoute(method, pathname);
    const event = httpEvent(
      {
        method,
        path: pathname,
        query: search.slice(1),
        protocol: "HTTP/1.1",
        rawHeaders: ["content-type", "application/json"],
        body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
        sourceIp: "127.0.0.1",
      },
      match,
    );
    const name = z.enum(["query", "inspect", "command", "work", "fallback"]).parse(match.function);
    const answer = Answer.parse(await invoke(name, event));
    if (answer.statusCode >= 500) throw new Error(`${method} ${path}: ${answer.body}`);
    return JSON.parse(answer.body);
  }

  return {
    stack,
    /** The functions' own. */
    store,
    /** The same tables, for what the test itself asks. */
    direct: storeAt(stack.dynamodb),
    /** What each function has asked of a table. */
    asked,
    invoke,
    http,
    /** An execution that the stack's own executor has handed off. */
    async handedOff(body: object): Promise<number> {
      const { id } = One.parse(await http("POST", "", body)).data;
      await until(
        async () => One.parse(await http("GET", `/${id}`)).data,
        ({ status }) => status === "scheduled",
      );
      return id;
    },
    async stop(): Promise<void> {
      await clients.stop(0);
      await stack.stop();
    },
  };
}
