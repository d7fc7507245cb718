/**
 * The queues, as data. Each has a dead-letter queue `<name>-dlq`.
 *
 * A queue that feeds a function is invisible for at least six times the function's timeout, as AWS
 * asks: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */

export interface Queue {
  /** The name in the contract. The deployed queue is `<app>-<stage>-<name>`. */
  readonly name: string;
  /** Seconds. */
  readonly visibilityTimeout: number;
  /** Receives before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export const queues = {
  /** In: `execution.requested`, from whatever fires rules. */
  ExecutionRequests: {
    name: "execution-requests",
    visibilityTimeout: 60,
    // The executor spaces its tries (1 s doubling to 5 min), so that twenty
    // bridge half an hour to an hour of outage.
    maxReceiveCount: 20,
  },
  /** Out: `execution.scheduled` for the workers of the pool `default`. */
  ExecutionScheduled: {
    name: "execution-scheduled",
    // A worker extends it every 30 s; a dead worker's message is back when its claim has lapsed.
    visibilityTimeout: 90,
    maxReceiveCount: 5,
  },
  /** Out: `execution.status_changed` and `execution.completed`. */
  ExecutionEvents: { name: "execution-events", visibilityTimeout: 60, maxReceiveCount: 5 },
} as const satisfies Record<string, Queue>;

export type QueueName = keyof typeof queues;
export type DeadLetterQueueName = `${QueueName}Dlq`;

/** Seconds, of every dead-letter queue: one may feed a function too. */
export const deadLetterVisibilityTimeout = 60;

/** Worker pool → the queue that its workers consume. A pool more is a queue and a line here. */
export const pools = {
  default: "ExecutionScheduled",
} as const satisfies Record<string, QueueName>;

export type PoolName = keyof typeof pools;
export const defaultPool: PoolName = "default";

/** A message waits this long in a queue or a dead-letter queue at most: 14 days, SQS's own limit. */
export const retentionSeconds = 1_209_600;

/** SQS's own limit, 1 MiB, for a message and for a batch. */
export const maxMessageBytes = 1_048_576;
