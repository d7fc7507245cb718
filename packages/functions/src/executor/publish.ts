/** Publishing `execution.scheduled` to the worker pools, in batches. */
import { randomUUID } from "node:crypto";
import { type JsonText, objectText, textsOf } from "@attune/domain/json-text";
import { messageText } from "@attune/domain/messages";
import { bytesOf, loadPayloads } from "@attune/store/payloads";
import type { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { messageBody } from "../message-body.ts";
import { queueUrl } from "../resources.ts";
import { sqs } from "../sqs.ts";
import { queueOfPool } from "./pools.ts";

export interface Publication {
  readonly record: ExecutionRecord;
  readonly correlationId: string;
}

/** A message, and a batch of ten, hold 1 MiB: ten of these fit, with their envelopes. */
const MAX_CONFIG_BYTES = 90_000;

/** What is too large as it is stored is not even read. */
const isTooLarge = ({ config }: ExecutionRecord) =>
  config !== undefined && bytesOf(config) > MAX_CONFIG_BYTES;

/** Escapes make a config larger: four bytes of a character may become twelve. */
const fits = (config: JsonText) => Buffer.byteLength(messageBody(config)) <= MAX_CONFIG_BYTES;

/** The message of one execution; a config that is too large for it is omitted, and read from the API. */
export function scheduledMessage(
  { record, correlationId }: Publication,
  config: JsonText | null,
  timestamp: string,
): JsonText {
  const isOmitted = isTooLarge(record) || (config !== null && !fits(config));
  const { id, action, action_ref, parent, enforcement, attempt, timeout_seconds, updated } = record;
  const payload = objectText({
    ...textsOf({ execution_id: id, action, action_ref }),
    config: config === null || isOmitted ? "null" : config,
    ...(isOmitted ? { config_omitted: "true" } : {}),
    ...textsOf({ parent, enforcement, attempt, timeout_seconds, scheduled_at: updated }),
  });
  const stamp = { message_id: randomUUID(), correlation_id: correlationId, timestamp };
  return messageBody(messageText("execution.scheduled", payload, stamp));
}

/**
 * Publishes each execution to its pool.
 *
 * @param publications ten at most, of different executions
 * @returns the ids of those that SQS did not take
 * @throws whatever SQS throws when it takes none
 */
export async function publishScheduled(
  store: Store,
  publications: readonly Publication[],
): Promise<Set<number>> {
  const configs = await loadPayloads(
    store,
    publications.map(({ record }) => (isTooLarge(record) ? undefined : record.config)),
  );
  const timestamp = store.now().toISOString();
  const messages = publications.map((publication, at) => ({
    queue: queueOfPool.get(publication.record.pool),
    Id: String(publication.record.id),
    MessageBody: scheduledMessage(publication, configs[at] ?? null, timestamp),
  }));
  const refused = new Set<number>();
  for (const [queue, some] of Map.groupBy(messages, ({ queue }) => queue)) {
    if (queue === undefined) throw new Error("A pool has no queue any more", { cause: some });
    const Entries = some.map(({ Id, MessageBody }) => ({ Id, MessageBody }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl(queue), Entries });
    const { Failed = [] } = await sqs.send(command);
    for (const { Id } of Failed) refused.add(Number(Id));
  }
  return refused;
}
