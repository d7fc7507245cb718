import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { functions, type Lambda } from "@attune/topology/functions";
import type { Context } from "aws-lambda";
import * as z from "zod";
import { region } from "./clients.ts";

type Handler = (event: unknown, context: Context) => unknown;

/** A Lambda function that runs in this process. */
export interface LocalFunction {
  readonly arn: string;
  /** Throws what the handler throws, or `TimedOut`. */
  invoke(event: unknown): Promise<unknown>;
}

export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

type Limits = Pick<Lambda, "timeout" | "memory">;

/** Wraps a handler as Lambda runs it: with a context, and not for longer than its timeout. */
export function localFunction(name: string, limits: Limits, handler: Handler): LocalFunction {
  const arn = `arn:aws:lambda:${region}:000000000000:function:${name}`;
  return {
    arn,
    async invoke(event) {
      const done = new AbortController();
      try {
        return await Promise.race([
          (async () => handler(event, context(name, arn, limits)))(),
          timeLimit(name, limits.timeout, done.signal),
        ]);
      } finally {
        done.abort();
      }
    },
  };
}

async function timeLimit(name: string, seconds: number, signal: AbortSignal): Promise<never> {
  await sleep(seconds * 1_000, undefined, { signal });
  throw new TimedOut(`${name} timed out after ${seconds} s`);
}

function context(name: string, arn: string, limits: Limits): Context {
  const end = Date.now() + limits.timeout * 1_000;
  const unsupported = () => {
    throw new Error("handlers return a promise");
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: "$LATEST",
    invokedFunctionArn: arn,
    memoryLimitInMB: String(limits.memory),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}

const isHandler = (value: unknown): value is Handler => typeof value === "function";
const handlerModule = z.object({ handler: z.custom<Handler>(isHandler, "is no function") });

/** Imports the handlers of the topology. The environment they read must be set by now. */
export async function loadFunctions(): Promise<ReadonlyMap<string, LocalFunction>> {
  const root = new URL("../../../", import.meta.url);
  const loaded = Object.entries<Lambda>(functions).map(async ([name, lambda]) => {
    const file = new URL(lambda.handler.replace(/\.handler$/, ".ts"), root);
    const { handler } = handlerModule.parse({ ...(await import(file.href)) });
    return [name, localFunction(name, lambda, handler)] as const;
  });
  return new Map(await Promise.all(loaded));
}
