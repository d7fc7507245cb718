import {
  deadLetterVisibilityTimeout,
  type Queue,
  queues,
  retentionSeconds,
} from "@attune/topology/queues";
import { type StreamTrigger, streamTriggers } from "@attune/topology/triggers";
import type { SQSClient } from "@aws-sdk/client-sqs";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";

export interface QueueResource {
  /** The name in the contract. */
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

interface Server {
  readonly client: SQSClient;
  readonly endpoint: string;
}

/**
 * Creates the queues of the topology, each with its dead-letter queue, and the queues for the failures
 * of streams, and sets their attributes. By name of resource: `ExecutionRequests`, `ExecutionRequestsDlq`, …
 */
export async function ensureQueues(server: Server): Promise<ReadonlyMap<string, QueueResource>> {
  const ensured = await Promise.all([
    ...Object.entries<Queue>(queues).map(([resource, queue]) =>
      ensureWithDeadLetters(server, resource, queue),
    ),
    ...Object.values<StreamTrigger>(streamTriggers).map(async ({ failures }) => [
      [failures.resource, await ensureQueue(server, failures.name, {})] as const,
    ]),
  ]);
  return new Map(ensured.flat());
}

async function ensureWithDeadLetters(server: Server, resource: string, queue: Queue) {
  const deadLetters = await ensureQueue(server, `${queue.name}-dlq`, {
    VisibilityTimeout: String(deadLetterVisibilityTimeout),
  });
  const main = await ensureQueue(server, queue.name, {
    VisibilityTimeout: String(queue.visibilityTimeout),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetters.arn,
      maxReceiveCount: queue.maxReceiveCount,
    }),
  });
  return [[resource, main] as const, [`${resource}Dlq`, deadLetters] as const];
}

async function ensureQueue(
  { client, endpoint }: Server,
  name: string,
  own: Record<string, string>,
): Promise<QueueResource> {
  const attributes = { MessageRetentionPeriod: String(retentionSeconds), ...own };
  const known = (await findQueue(client, name)) ?? (await createQueue(client, name));
  // A server may name itself in a way that does not resolve here, or as it was at its last start.
  const url = new URL(new URL(known).pathname, endpoint).href;
  await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
  );
  return { name, url, arn: present(Attributes?.QueueArn, name) };
}

async function findQueue(client: SQSClient, name: string): Promise<string | undefined> {
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    return QueueUrl;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return undefined;
    throw error;
  }
}

async function createQueue(client: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
  return present(QueueUrl, name);
}

function present(value: string | undefined, queue: string): string {
  if (value === undefined) throw new Error(`the SQS server says nothing about queue ${queue}`);
  return value;
}
