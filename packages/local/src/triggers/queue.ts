import type { Message, SQSClient } from "@aws-sdk/client-sqs";
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { region } from "../clients.ts";
import type { LocalFunction } from "../invoke.ts";
import { log } from "../log.ts";
import type { QueueResource } from "../resources/queues.ts";
import { backoff, pause } from "../retry.ts";
import { invokeBatch } from "./batch.ts";
import { startLoop, type Trigger } from "./trigger.ts";

export interface QueueSource {
  readonly client: SQSClient;
  readonly queue: Pick<QueueResource, "url" | "arn" | "name">;
  readonly batchSize: number;
  readonly target: LocalFunction;
}

/** Batches that are in the function at the same time: a slow one does not stop the queue. */
const pollers = 2;
/** Seconds. SQS allows 20; a call that was cut off may still take a message for as long. */
const wait = 5;

/** Invokes the function with the messages of the queue, as Lambda's mapping of an SQS queue does. */
export function startQueueTrigger(source: QueueSource): Trigger {
  const loops = Array.from({ length: pollers }, () => startLoop((signal) => poll(source, signal)));
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

async function poll(source: QueueSource, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await deliver(source, await receive(source, signal));
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1) log(`queue ${source.queue.name} does not answer`, error);
      await pause(backoff(failures), signal);
    }
  }
}

async function receive({ client, queue, batchSize }: QueueSource, signal: AbortSignal) {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: Math.min(10, batchSize),
    WaitTimeSeconds: wait,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  return (await client.send(command, { abortSignal: signal })).Messages ?? [];
}

async function deliver({ client, queue, target }: QueueSource, messages: readonly Message[]) {
  if (messages.length === 0) return;
  const event = queueEvent(messages, queue.arn);
  const ids = event.Records.map((record) => record.messageId);
  const { failed, error } = await invokeBatch(target, event, ids);
  if (error !== undefined) log(`a batch of ${queue.name} failed: ${error}`);
  const done = event.Records.filter((record) => !failed.has(record.messageId));
  if (done.length === 0) return;
  await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: done.map((record, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
      })),
    }),
  );
}

/** The event of https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
export function queueEvent(messages: readonly Message[], arn: string): SQSEvent {
  return { Records: messages.map((message) => queueRecord(message, arn)) };
}

function queueRecord(message: Message, eventSourceARN: string): SQSRecord {
  const { Attributes: system = {}, MessageAttributes: own = {} } = message;
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: {
      ...system,
      ApproximateReceiveCount: system.ApproximateReceiveCount ?? "1",
      SentTimestamp: system.SentTimestamp ?? "",
      SenderId: system.SenderId ?? "",
      ApproximateFirstReceiveTimestamp: system.ApproximateFirstReceiveTimestamp ?? "",
    },
    messageAttributes: Object.fromEntries(
      Object.entries(own).map(([name, value]) => [
        name,
        {
          ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
          ...(value.BinaryValue !== undefined && {
            binaryValue: Buffer.from(value.BinaryValue).toString("base64"),
          }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType ?? "String",
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: region,
  };
}
