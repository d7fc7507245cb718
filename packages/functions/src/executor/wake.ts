/** Telling the executor that executions which are stored already wait for it. */
import { randomUUID } from "node:crypto";
import { messageText } from "@attune/domain/messages";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { queueUrl, store } from "../resources.ts";
import { sqs } from "../sqs.ts";

/** SQS takes ten at a time. */
const ENTRIES_A_CALL = 10;

/** SQS delays a message so long at most. */
const MAX_DELAY_SECONDS = 900;

/**
 * @param delaySeconds until the executor hears of them, a quarter of an hour at most
 * @throws Error when a message could not be sent
 */
export async function wakeExecutor(ids: readonly number[], delaySeconds = 0): Promise<void> {
  for (let at = 0; at < ids.length; at += ENTRIES_A_CALL) {
    const some = ids.slice(at, at + ENTRIES_A_CALL);
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl("ExecutionRequests"),
        Entries: some.map((id) => ({
          Id: String(id),
          DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS),
          MessageBody: messageText("execution.accepted", JSON.stringify({ execution_id: id }), {
            message_id: randomUUID(),
            correlation_id: randomUUID(),
            timestamp: store.now().toISOString(),
          }),
        })),
      }),
    );
    if (Failed.length > 0) throw new Error("SQS refused a message", { cause: Failed });
  }
}
