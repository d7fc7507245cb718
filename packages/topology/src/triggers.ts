/** What starts a function besides a route: queues, table streams and schedules, as data. */
import type { FunctionName } from "./functions.ts";
import type { QueueName } from "./queues.ts";
import type { TableName } from "./tables.ts";

/** The mapping asks for partial batch responses: a handler answers `batchItemFailures`. */
export interface QueueTrigger {
  readonly queue: QueueName;
  readonly function: FunctionName;
  /** Messages an invocation at most. */
  readonly batchSize: number;
}

/** The mapping asks for partial batch responses, and bisects a batch that throws. */
export interface StreamTrigger {
  readonly table: TableName;
  readonly function: FunctionName;
  /** Records an invocation at most. */
  readonly batchSize: number;
  /** After as many, or after a day (the stream's own limit), the batch's place goes to `failures`. */
  readonly maximumRetryAttempts: number;
  /** The queue, of the trigger's own, that keeps the places of the batches that were given up. */
  readonly failures: { readonly resource: string; readonly name: string };
}

export interface ScheduleTrigger {
  readonly function: FunctionName;
  readonly everyMinutes: number;
}

export const queueTriggers = {
  ExecutionRequestsToExecutor: {
    queue: "ExecutionRequests",
    function: "executor",
    batchSize: 10,
  },
} as const satisfies Record<string, QueueTrigger>;

export const streamTriggers = {
  ExecutionsToCounters: {
    table: "Executions",
    function: "counters",
    batchSize: 100,
    maximumRetryAttempts: 1000,
    failures: { resource: "CountersFailures", name: "counters-failures" },
  },
} as const satisfies Record<string, StreamTrigger>;

export const scheduleTriggers = {
  EveryMinuteSweep: { function: "sweep", everyMinutes: 1 },
} as const satisfies Record<string, ScheduleTrigger>;
