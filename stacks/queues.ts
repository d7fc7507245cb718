import {
  deadLetterVisibilityTimeout,
  maxMessageBytes,
  type Queue,
  queues,
  retentionSeconds,
} from "../packages/topology/src/queues.ts";
import { streamTriggers } from "../packages/topology/src/triggers.ts";

/** By resource: each queue of the topology, its `<Key>Dlq`, and the failures of each stream trigger. */
export type Queues = Readonly<Record<string, sst.aws.Queue>>;

export function createQueues(): Queues {
  return Object.fromEntries([
    ...Object.entries<Queue>(queues).flatMap(([key, queue]) => createQueueWithDlq(key, queue)),
    ...Object.values(streamTriggers).map(({ failures }) => [
      failures.resource,
      createQueue(failures.resource, failures.name),
    ]),
  ]);
}

function createQueueWithDlq(key: string, queue: Queue) {
  const dlqKey = `${key}Dlq`;
  const dlq = createQueue(dlqKey, `${queue.name}-dlq`, {
    visibilityTimeout: `${deadLetterVisibilityTimeout} seconds`,
  });
  const source = createQueue(key, queue.name, {
    visibilityTimeout: `${queue.visibilityTimeout} seconds`,
    dlq: { queue: dlq.arn, retry: queue.maxReceiveCount },
  });
  return [
    [key, source],
    [dlqKey, dlq],
  ] as const;
}

/** Its name is one that producers and workers of other teams can know without asking. */
function createQueue(key: string, name: string, args: sst.aws.QueueArgs = {}) {
  return new sst.aws.Queue(key, {
    ...args,
    transform: {
      queue: {
        name: `${$app.name}-${$app.stage}-${name}`,
        messageRetentionSeconds: retentionSeconds,
        maxMessageSize: maxMessageBytes,
        sqsManagedSseEnabled: true,
      },
    },
  });
}
