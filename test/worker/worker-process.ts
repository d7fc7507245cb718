/** A worker as a process of its own: `test.rest` takes as long as it is asked to. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineAction } from "@attune/worker/action";
import { createWorker } from "@attune/worker/create-worker";
import * as z from "zod";

const env = z.object({ QUEUE_URL: z.string(), API_URL: z.string() }).parse(process.env);

createWorker({
  queue: { url: env.QUEUE_URL },
  api: env.API_URL,
  workerId: process.pid,
  actions: [
    defineAction({
      ref: "test.rest",
      input: z.object({ ms: z.number() }),
      run: async ({ input, signal }) => {
        await sleep(input.ms, undefined, { signal });
        return "rested";
      },
    }),
  ],
  drainSeconds: 2,
  waitSeconds: 1,
  stopOn: ["SIGTERM"],
  on: ({ type }) => process.stdout.write(`${type}\n`),
});
process.stdout.write("started\n");
