/** Sending to `execution-requests`, of ourselves to ourselves: what is stored already, and waits for the executor. */
import { randomUUID } from "node:crypto";
import { messageText, type RequestMessage } from "@attune/domain/messages";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { queueUrl, store } from "../resources.ts";
import { sqs } from "../sqs.ts";

/** SQS takes ten at a time. */
const ENTRIES_A_CALL = 10;

/** SQS delays a message so long at most. */
const MAX_DELAY_SECONDS = 900;

type Own = Exclude<RequestMessage["message_type"], "execution.requested">;
type PayloadOf<Type extends Own> = Extract<RequestMessage, { message_type: Type }>["payload"];

/**
 * @param delaySeconds until the executor gets them, a quarter of an hour at most
 * @throws Error when a message could not be sent
 */
export async function sendRequests<Type extends Own>(
  type: Type,
  payloads: readonly PayloadOf<Type>[],
  delaySeconds = 0,
): Promise<void> {
  for (let at = 0; at < payloads.length; at += ENTRIES_A_CALL) {
    const some = payloads.slice(at, at + ENTRIES_A_CALL);
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl("ExecutionRequests"),
        Entries: some.map((payload, place) => ({
          Id: String(place),
          DelaySeconds: Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS),
          MessageBody: messageText(type, JSON.stringify(payload), {
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
