/** Consuming a batch of SQS messages: each on its own, and none lost. */
import { ServiceError } from "@attune/domain/errors";
import { type QueueName, queues } from "@attune/topology/queues";
import { ChangeMessageVisibilityCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { logger } from "../logger.ts";
import { queueUrl } from "../resources.ts";
import { sqs } from "../sqs.ts";

/** A message that no try will make good: it goes to the dead-letter queue with this as its reason. */
export class Rejection extends Error {
  override readonly name = "Rejection";
}

/** A client's error repeats itself; one of ours or of AWS may not. */
const isHopeless = (error: unknown) =>
  error instanceof Rejection || (error instanceof ServiceError && error.status < 500);

const MAX_BACKOFF_SECONDS = 300;

/** Seconds until the next try: doubling, with jitter, so that a queue does not come back as one wave. */
export function backoffOf(receives: number, random: () => number = Math.random): number {
  const longest = Math.min(2 ** receives, MAX_BACKOFF_SECONDS);
  return Math.ceil((longest * (1 + random())) / 2);
}

/** SQS refuses some characters, and an attribute that is empty or long. */
const printable = (reason: string) =>
  reason.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 1_000) || "unknown";

async function deadLetter(queue: QueueName, record: SQSRecord, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  logger.warn("A message goes to the dead-letter queue", { message: record.messageId, reason });
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl(`${queue}Dlq`),
      MessageBody: record.body,
      MessageAttributes: {
        reason: { DataType: "String", StringValue: printable(reason) },
        source_message_id: { DataType: "String", StringValue: record.messageId },
      },
    }),
  );
}

async function postpone(queue: QueueName, record: SQSRecord, error: unknown): Promise<void> {
  const seconds = backoffOf(Number(record.attributes.ApproximateReceiveCount));
  logger.error("A message is tried again", { error, message: record.messageId, seconds });
  // Without it the message would come back after the visibility timeout, which is longer.
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl(queue),
      ReceiptHandle: record.receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

/**
 * Ends a batch: a message without an error is done; one that is hopeless is in the dead-letter queue, and
 * done; one whose trouble may pass stays in the queue and comes back after a while.
 */
export async function settleBatch(
  queue: QueueName,
  outcomes: readonly { readonly record: SQSRecord; readonly error?: unknown }[],
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    outcomes.map(async ({ record, error }) => {
      if (error === undefined) return [];
      const receives = Number(record.attributes.ApproximateReceiveCount);
      // After its last receive SQS would move the message as well, but without a reason.
      const isLast = receives >= queues[queue].maxReceiveCount;
      const end = isHopeless(error) || isLast ? deadLetter : postpone;
      try {
        await end(queue, record, error);
        if (end === deadLetter) return [];
      } catch (failure) {
        logger.error("A message waits for its visibility timeout", { error: failure });
      }
      return [{ itemIdentifier: record.messageId }];
    }),
  );
  return { batchItemFailures: failed.flat() };
}
