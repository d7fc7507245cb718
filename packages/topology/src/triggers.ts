/** What starts a function besides a route: queues, table streams and schedules, as data. */
import type { FunctionName } from "./functions.ts";
import type { DeadLetterQueueName, QueueName } from "./queues.ts";
import type { TableName } from "./tables.ts";

/** The mapping asks for partial batch responses: a handler answers `batchItemFailures`. */
export interface QueueTrigger {
  readonly queue: QueueName | DeadLetterQueueName;
  readonly function: FunctionName;
  /** Messages an invocation at most. */
  readonly batchSize: number;
}

/** The mapping asks for partial batch responses, and bisects a batch that throws. */
export interface StreamTrigger {
  readonly table: TableName;
  readonly function: FunctionName;
  /** Records an invocation at most. Lambda takes fewer where they would be more than 6 MB. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more, from its first record on. */
  readonly windowSeconds: number;
  /**
   * Lambda event filter patterns; a record that matches none of them wakes nobody:
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
   */
  readonly filters: readonly object[];
  /** After as many, or after a day (the stream's own limit), the batch's place goes to `failures`. */
  readonly maximumRetryAttempts: number;
  /** The queue, of the trigger's own, that keeps the places of the batches that were given up. */
  readonly failures: { readonly resource: string; readonly name: string };
}

export interface ScheduleTrigger {
  readonly function: FunctionName;
  readonly everyMinutes: number;
}

/**
 * A heartbeat writes `beat`, and every change of status takes it away: a record with it is a heartbeat.
 * A deletion has no new image.
 */
const allButHeartbeats = [
  { dynamodb: { NewImage: { beat: { S: [{ exists: false }] } } } },
  { eventName: ["REMOVE"] },
];

export const queueTriggers = {
  ScheduledDeadLettersToDeadLetters: {
    queue: "ExecutionScheduledDlq",
    function: "deadLetters",
    batchSize: 10,
  },
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
    // Changes that are counted together share writes: see docs/adr/0012-time-buckets.md.
    batchSize: 1000,
    windowSeconds: 1,
    filters: allButHeartbeats,
    maximumRetryAttempts: 1000,
    failures: { resource: "CountersFailures", name: "counters-failures" },
  },
  ExecutionsToEvents: {
    table: "Executions",
    function: "events",
    batchSize: 100,
    windowSeconds: 0,
    filters: allButHeartbeats,
    maximumRetryAttempts: 1000,
    failures: { resource: "EventsFailures", name: "events-failures" },
  },
  LogsToLogLines: {
    table: "Logs",
    function: "logLines",
    batchSize: 100,
    windowSeconds: 0,
    // A chunk is written once; it goes when it expires.
    filters: [{ eventName: ["INSERT"] }],
    maximumRetryAttempts: 1000,
    failures: { resource: "LogLinesFailures", name: "log-lines-failures" },
  },
  LiveLogToNotifier: {
    table: "LiveLog",
    function: "notifier",
    batchSize: 20,
    windowSeconds: 0,
    // Entries alone: neither their expiry nor the marks beside them.
    filters: [{ eventName: ["INSERT"], dynamodb: { Keys: { lane: { S: ["live"] } } } }],
    // What comes after it is told of it from the log: a batch that fails for long holds up the rest.
    maximumRetryAttempts: 20,
    failures: { resource: "NotifierFailures", name: "notifier-failures" },
  },
} as const satisfies Record<string, StreamTrigger>;

export const scheduleTriggers = {
  EveryMinuteSweep: { function: "sweep", everyMinutes: 1 },
  EveryMinuteCompaction: { function: "compaction", everyMinutes: 1 },
  EveryFiveMinutesRecount: { function: "recount", everyMinutes: 5 },
} as const satisfies Record<string, ScheduleTrigger>;
