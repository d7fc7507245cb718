/** One worker process of the fleet: runs `chaos.run`, and writes down each thing that happens to it. */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { defineAction } from "@attune/worker/action";
import { createWorker } from "@attune/worker/create-worker";
import * as z from "zod";

const env = z
  .object({
    API: z.string(),
    QUEUE_URL: z.string(),
    SQS: z.string(),
    WORKER_ID: z.coerce.number().int(),
    JOURNAL: z.string(),
  })
  .parse(process.env);

const run = defineAction({
  ref: "chaos.run",
  input: z.object({ ms: z.number() }),
  run: async ({ input, signal }) => {
    await sleep(input.ms, undefined, { signal });
    return { worker: env.WORKER_ID };
  },
});

createWorker({
  queue: { url: env.QUEUE_URL, endpoint: env.SQS },
  api: env.API,
  workerId: env.WORKER_ID,
  actions: [run],
  concurrency: 20,
  heartbeatSeconds: 1,
  visibilitySeconds: 6,
  waitSeconds: 1,
  on: (event) => {
    const line = { at: Date.now(), worker: env.WORKER_ID, ...event };
    appendFileSync(env.JOURNAL, `${JSON.stringify(line)}\n`);
  },
});
