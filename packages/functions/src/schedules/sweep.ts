/** Wakes the executor for whatever waits for it since longer than a try takes: nothing is forgotten. */
import { findWaiting } from "@attune/store/find-waiting";
import middy from "@middy/core";
import type { ScheduledEvent } from "aws-lambda";
import { wakeExecutor } from "../executor/wake.ts";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";

const WAITED_SECONDS = 60;

export const handler = middy<ScheduledEvent, void>().handler(async () => {
  for await (const ids of findWaiting(store, WAITED_SECONDS)) {
    if (ids.length > 0) logger.warn("Executions waited for their executor", { ids });
    await wakeExecutor(ids);
  }
});
