/**
 * The sweep: whatever nobody touches any more moves on. It wakes the executor for what waits for it, and
 * ends what has waited, run or been silent for too long.
 */
import { type Verdict, verdictOf } from "@attune/domain/verdict";
import { findUnfinished } from "@attune/store/find-unfinished";
import type { ExecutionRecord } from "@attune/store/record";
import { end } from "@attune/store/transitions";
import middy from "@middy/core";
import type { ScheduledEvent } from "aws-lambda";
import { wakeExecutor } from "../executor/wake.ts";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";

/** Younger than this nothing is due: the shortest of the limits that begin with the creation. */
const youngest = Math.min(
  store.limits.LEASE_SECONDS,
  store.limits.WAKE_SECONDS,
  store.limits.QUEUE_SECONDS,
);

async function endOne(record: ExecutionRecord, verdict: Exclude<Verdict, "wake">): Promise<void> {
  const outcome = await end(store, record, verdict);
  // A conflict is good news: somebody has touched it.
  if (outcome.ok) logger.warn("The sweep ended an execution", { id: record.id, ...verdict });
}

async function sweepBatch(records: readonly ExecutionRecord[]): Promise<void> {
  const now = store.now();
  const due = records.map((record) => ({ record, verdict: verdictOf(record, now, store.limits) }));
  const toWake = due.flatMap(({ record, verdict }) => (verdict === "wake" ? [record.id] : []));
  if (toWake.length > 0) logger.warn("Executions waited for their executor", { ids: toWake });
  await wakeExecutor(toWake);
  await Promise.all(
    due.map(({ record, verdict }) =>
      verdict === undefined || verdict === "wake" ? undefined : endOne(record, verdict),
    ),
  );
}

export const handler = middy<ScheduledEvent, void>().handler(async () => {
  for await (const records of findUnfinished(store, youngest)) await sweepBatch(records);
});
