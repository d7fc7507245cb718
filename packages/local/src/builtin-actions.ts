/** The actions that the built-in worker knows. */
import { setTimeout as wait } from "node:timers/promises";
import { defineAction } from "@attune/worker/action";
import { exactJson } from "@attune/worker/outcome";
import * as z from "zod";

const echo = defineAction({
  ref: "core.echo",
  input: z.unknown(),
  run: ({ job }) => exactJson(job.configText),
});

const sleep = defineAction({
  ref: "core.sleep",
  input: z.object({ seconds: z.number().min(0).max(43_200) }),
  run: async ({ input, signal, log }) => {
    log(`Sleeping for ${input.seconds} s`);
    await wait(input.seconds * 1_000, undefined, { signal });
    return { slept_seconds: input.seconds };
  },
});

const fail = defineAction({
  ref: "core.fail",
  input: z.object({ message: z.string() }).catch({ message: "core.fail was asked to fail" }),
  run: ({ input, log }) => {
    log.error(input.message);
    throw new Error(input.message);
  },
});

export const builtinActions = [echo, sleep, fail];
