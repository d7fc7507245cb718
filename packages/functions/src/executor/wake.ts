/** Telling the executor that executions which are stored already wait for it. */
import { randomUUID } from "node:crypto";
import { messageText } from "@attune/domain/messages";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { queueUrl, store } from "../resources.ts";
import { sqs } from "../sqs.ts";

/** SQS takes ten at a time. */
const ENTRIES_A_CALL = 10;

/** @throws Error when a message could not be sent */
export async function wakeExecutor(ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += ENTRIES_A_CALL) {
    const some = ids.slice(at, at + ENTRIES_A_CALL);
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl("ExecutionRequests"),
        Entries: some.map((id) => ({
          Id: String(id),
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
