/** The queue of a worker: what it needs of SQS, each call with an end. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";

/** The queue's URL, and whatever the SDK's client takes: `endpoint`, `region`, `credentials`. */
export interface QueueSettings extends SQSClientConfig {
  readonly url: string;
}

/** One delivery of a message; the same message may be delivered again, with another handle. */
export interface Delivery {
  readonly messageId: string;
  readonly handle: string;
  readonly body: string;
  /** Times that it was delivered, this one included. */
  readonly receives: number;
}

/** SQS's own limit. */
const MOST_PER_RECEIVE = 10;
const CALL_MS = 10_000;

export interface Queue {
  /** Waits for messages, `most` of them at most; they are hidden from others for a while. */
  receive(most: number, signal: AbortSignal): Promise<Delivery[]>;
  /** Hides a message for so many seconds from now; 0 gives it back at once. */
  hide(delivery: Delivery, seconds: number): Promise<void>;
  remove(delivery: Delivery): Promise<void>;
  close(): void;
}

export function openQueue(
  { url: QueueUrl, ...config }: QueueSettings,
  { waitSeconds, visibilitySeconds }: { waitSeconds: number; visibilitySeconds: number },
): Queue {
  // The endpoint is the region's, or the one that is set: the SDK warns of every other URL, each time.
  const client = new SQSClient({ useQueueUrlAsEndpoint: false, ...config });
  const limited = () => ({ abortSignal: AbortSignal.timeout(CALL_MS) });
  return {
    async receive(most, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(MOST_PER_RECEIVE, most),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      });
      const end = AbortSignal.timeout(waitSeconds * 1_000 + CALL_MS);
      const { Messages = [] } = await client.send(command, {
        abortSignal: AbortSignal.any([signal, end]),
      });
      return Messages.map(({ MessageId = "", ReceiptHandle = "", Body = "", Attributes }) => ({
        messageId: MessageId,
        handle: ReceiptHandle,
        body: Body,
        receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
      }));
    },
    async hide({ handle: ReceiptHandle }, VisibilityTimeout) {
      const input = { QueueUrl, ReceiptHandle, VisibilityTimeout };
      await client.send(new ChangeMessageVisibilityCommand(input), limited());
    },
    async remove({ handle: ReceiptHandle }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }), limited());
    },
    close: () => client.destroy(),
  };
}
