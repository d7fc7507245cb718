/**
 * Takes what no worker brought to an end out of the workers' dead-letter queue, and ends its execution:
 * one that nobody claimed is abandoned, one whose worker is silent as well. A message that cannot be read
 * stays there for somebody to look at.
 */
import { ExecutionScheduled } from "@attune/domain/messages";
import { readRecord } from "@attune/store/read-execution";
import { end, endIfDue } from "@attune/store/transitions";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";

const abandoned = {
  to: "abandoned",
  by: "worker",
  error: "Its message was received over and over, and no worker claimed it",
} as const;

async function handle({ body, messageId }: SQSRecord): Promise<void> {
  const { payload } = ExecutionScheduled.parse(JSON.parse(body));
  const record = await readRecord(store, payload.execution_id);
  if (record === undefined) return;
  const isUnclaimed = record.owner === "worker" && record.status === "scheduled";
  // One that runs and says so is left to its worker, and to the sweep.
  const outcome = isUnclaimed ? await end(store, record, abandoned) : await endIfDue(store, record);
  if (outcome?.ok) logger.warn("A dead letter ended its execution", { id: record.id, messageId });
}

export const handler = middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
  const failed = await Promise.all(
    Records.map((record) =>
      handle(record).then(
        () => [],
        (error: unknown) => {
          logger.error("A dead letter stays where it is", { error, message: record.messageId });
          return [{ itemIdentifier: record.messageId }];
        },
      ),
    ),
  );
  return { batchItemFailures: failed.flat() };
});
