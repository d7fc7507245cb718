/** A worker of the benchmark's own, with short times, and executions for it. */
import { defineAction } from "@attune/worker/action";
import { createWorker } from "@attune/worker/create-worker";
import * as z from "zod";
import { type Api, One } from "../../test/fixtures/api.ts";
import type { Queues } from "../../test/fixtures/sqs.ts";
import type { LocalStack } from "../../test/fixtures/stack.ts";
import { worker } from "../executions.ts";

export const HEARTBEAT_SECONDS = 1;
export const VISIBILITY_SECONDS = 3;

/** Executions that wait for a worker. */
export const requestSome = (api: Api, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { json } = await api.post("", { action_ref: "bench.wait" });
      return One.parse(json).data.id;
    }),
  );

/** Runs what waits. */
export function startWorker(
  stack: LocalStack,
  queues: Queues,
  run: (id: number, signal: AbortSignal) => Promise<void>,
) {
  return createWorker({
    queue: {
      ...{ url: queues.url("execution-scheduled"), endpoint: stack.sqs, region: "us-east-1" },
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    },
    api: stack.api,
    workerId: worker,
    actions: [
      defineAction({
        ...{ ref: "bench.wait", input: z.null() },
        run: ({ job, signal }) => run(job.id, signal),
      }),
    ],
    ...{ concurrency: 20, heartbeatSeconds: HEARTBEAT_SECONDS, waitSeconds: 5 },
    visibilitySeconds: VISIBILITY_SECONDS,
  });
}
