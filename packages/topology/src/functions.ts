/**
 * The Lambda functions, grouped by permission, as data. `access` is all that a function's role may do;
 * `stacks/` turns it into policies and the names of its tables and queues into links.
 */
import type { BucketName, BucketUse } from "./buckets.ts";
import type { LimitName } from "./limits.ts";
import type { DeadLetterQueueName, QueueName } from "./queues.ts";
import type { SecretName } from "./secrets.ts";
import type { TableName } from "./tables.ts";

export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem";
export type QueueAction = "SendMessage" | "ChangeMessageVisibility";

export interface Lambda {
  /** Module path and export, from the root of the repository. */
  readonly handler: `packages/functions/src/${string}.handler`;
  /** Seconds. */
  readonly timeout: number;
  /** Megabytes: the share of a CPU grows with it. */
  readonly memory: number;
  readonly tables: Readonly<Partial<Record<TableName, readonly TableAction[]>>>;
  readonly queues: Readonly<
    Partial<Record<QueueName | DeadLetterQueueName, readonly QueueAction[]>>
  >;
  readonly buckets: Readonly<Partial<Record<BucketName, readonly BucketUse[]>>>;
  readonly secrets?: readonly SecretName[];
  /** It sends messages to the clients of the WebSocket, and closes their connections. */
  readonly speaks?: true;
  /** Its environment says whose tokens are taken. */
  readonly checksTokens?: true;
  /** The limits that its environment says. */
  readonly limits?: readonly LimitName[];
}

/** What executions that are handed off are held to. */
const limitsOfWorkers = [
  "LEASE_SECONDS",
  "QUEUE_SECONDS",
  "RUN_SECONDS",
  "GRACE_SECONDS",
] as const satisfies readonly LimitName[];

export const functions = {
  query: {
    handler: "packages/functions/src/http/query.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["GetItem", "BatchGetItem", "Query"],
      Payloads: ["BatchGetItem"],
      Counters: ["BatchGetItem"],
      Segments: ["Query"],
    },
    queues: {},
    buckets: { Blobs: ["read"] },
    secrets: ["CursorSecret"],
  },
  inspect: {
    handler: "packages/functions/src/http/inspect.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["GetItem", "BatchGetItem", "Query"],
      History: ["GetItem"],
      Logs: ["Query"],
      Counters: ["BatchGetItem"],
    },
    queues: {},
    buckets: { Blobs: ["read"] },
  },
  command: {
    handler: "packages/functions/src/http/command.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["GetItem", "PutItem", "UpdateItem"],
      Payloads: ["BatchGetItem", "PutItem"],
      Idempotency: ["PutItem"],
    },
    queues: { ExecutionRequests: ["SendMessage"] },
    buckets: { Blobs: ["read", "write"] },
  },
  work: {
    handler: "packages/functions/src/http/work.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["GetItem", "UpdateItem"],
      Payloads: ["BatchGetItem", "PutItem"],
      Logs: ["Query", "PutItem"],
    },
    queues: {},
    buckets: { Blobs: ["read", "write", "log"] },
    limits: limitsOfWorkers,
  },
  describe: {
    handler: "packages/functions/src/http/describe.handler",
    timeout: 5,
    memory: 256,
    tables: {},
    queues: {},
    buckets: {},
  },
  fallback: {
    handler: "packages/functions/src/http/fallback.handler",
    timeout: 5,
    memory: 256,
    tables: {},
    queues: {},
    buckets: {},
  },
  executor: {
    handler: "packages/functions/src/consumers/executor.handler",
    timeout: 10,
    memory: 512,
    tables: {
      Executions: ["GetItem", "Query", "PutItem", "UpdateItem"],
      Payloads: ["BatchGetItem", "PutItem"],
      Idempotency: ["PutItem"],
    },
    queues: {
      ExecutionRequests: ["ChangeMessageVisibility", "SendMessage"],
      ExecutionRequestsDlq: ["SendMessage"],
      ExecutionScheduled: ["SendMessage"],
    },
    buckets: { Blobs: ["write"] },
  },
  counters: {
    handler: "packages/functions/src/streams/counters.handler",
    timeout: 30,
    memory: 512,
    tables: {
      Counters: ["BatchGetItem", "PutItem", "UpdateItem"],
      History: ["UpdateItem"],
      Payloads: ["BatchGetItem"],
      Segments: ["PutItem"],
    },
    queues: {},
    buckets: {},
  },
  events: {
    handler: "packages/functions/src/streams/events.handler",
    timeout: 30,
    memory: 512,
    tables: {
      Executions: ["GetItem", "PutItem"],
      Idempotency: ["PutItem"],
      LiveLog: ["GetItem", "Query", "PutItem"],
    },
    queues: { ExecutionEvents: ["SendMessage"], ExecutionRequests: ["SendMessage"] },
    buckets: { Blobs: ["keep"] },
  },
  logLines: {
    handler: "packages/functions/src/streams/log-lines.handler",
    timeout: 30,
    memory: 256,
    tables: { LiveLog: ["GetItem", "Query", "PutItem"] },
    queues: {},
    buckets: {},
  },
  notifier: {
    handler: "packages/functions/src/streams/notifier.handler",
    timeout: 60,
    memory: 512,
    tables: {
      LiveLog: ["GetItem", "Query", "PutItem"],
      Subscriptions: ["Query", "UpdateItem", "DeleteItem"],
      Connections: ["DeleteItem"],
      Executions: ["GetItem"],
      Payloads: ["BatchGetItem"],
      Logs: ["Query"],
    },
    queues: {},
    buckets: { Blobs: ["read"] },
    speaks: true,
  },
  live: {
    handler: "packages/functions/src/live/live.handler",
    // What API Gateway waits for at most.
    timeout: 29,
    memory: 512,
    tables: {
      LiveLog: ["GetItem", "Query", "PutItem"],
      Subscriptions: ["PutItem", "UpdateItem", "DeleteItem"],
      Connections: ["PutItem", "UpdateItem", "DeleteItem"],
      Executions: ["GetItem"],
      Payloads: ["BatchGetItem"],
      Logs: ["Query"],
    },
    queues: {},
    buckets: { Blobs: ["read"] },
    speaks: true,
  },
  authorize: {
    handler: "packages/functions/src/live/authorize.handler",
    timeout: 10,
    memory: 256,
    tables: {},
    queues: {},
    buckets: {},
    checksTokens: true,
  },
  deadLetters: {
    handler: "packages/functions/src/consumers/dead-letters.handler",
    timeout: 10,
    memory: 256,
    tables: { Executions: ["GetItem", "UpdateItem"] },
    queues: {},
    buckets: {},
    limits: limitsOfWorkers,
  },
  sweep: {
    handler: "packages/functions/src/schedules/sweep.handler",
    timeout: 60,
    memory: 256,
    tables: { Executions: ["Query", "BatchGetItem", "UpdateItem"] },
    queues: { ExecutionRequests: ["SendMessage"] },
    buckets: {},
    limits: [...limitsOfWorkers, "WAKE_SECONDS", "SCHEDULING_SECONDS"],
  },
  compaction: {
    handler: "packages/functions/src/schedules/compaction.handler",
    timeout: 60,
    memory: 512,
    tables: { Segments: ["Query", "PutItem", "DeleteItem"] },
    queues: {},
    buckets: {},
  },
  recount: {
    handler: "packages/functions/src/schedules/recount.handler",
    timeout: 300,
    memory: 1024,
    tables: {
      Executions: ["GetItem", "BatchGetItem", "Query"],
      Payloads: ["BatchGetItem"],
      Counters: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem"],
      Segments: ["Query", "PutItem", "DeleteItem"],
    },
    queues: {},
    buckets: {},
  },
} as const satisfies Record<string, Lambda>;

export type FunctionName = keyof typeof functions;
