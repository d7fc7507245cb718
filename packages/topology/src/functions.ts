/**
 * The Lambda functions, grouped by permission, as data. `access` is all that a function's role may do;
 * `stacks/` turns it into policies and the names of its tables and queues into links.
 */
import type { DeadLetterQueueName, QueueName } from "./queues.ts";
import type { TableName } from "./tables.ts";

export type TableAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "UpdateItem";
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
}

export const functions = {
  query: {
    handler: "packages/functions/src/http/query.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["GetItem", "BatchGetItem", "Query"],
      Payloads: ["BatchGetItem"],
      Counters: ["BatchGetItem"],
    },
    queues: {},
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
  },
  work: {
    handler: "packages/functions/src/http/work.handler",
    timeout: 25,
    memory: 512,
    tables: {
      Executions: ["UpdateItem"],
      Payloads: ["BatchGetItem", "PutItem"],
    },
    queues: {},
  },
  fallback: {
    handler: "packages/functions/src/http/fallback.handler",
    timeout: 5,
    memory: 256,
    tables: {},
    queues: {},
  },
  executor: {
    handler: "packages/functions/src/consumers/executor.handler",
    timeout: 10,
    memory: 512,
    tables: {
      Executions: ["GetItem", "PutItem", "UpdateItem"],
      Payloads: ["BatchGetItem", "PutItem"],
      Idempotency: ["PutItem"],
    },
    queues: {
      ExecutionRequests: ["ChangeMessageVisibility", "SendMessage"],
      ExecutionRequestsDlq: ["SendMessage"],
      ExecutionScheduled: ["SendMessage"],
    },
  },
  counters: {
    handler: "packages/functions/src/streams/counters.handler",
    timeout: 30,
    memory: 512,
    tables: { Counters: ["BatchGetItem", "PutItem", "UpdateItem"] },
    queues: {},
  },
  events: {
    handler: "packages/functions/src/streams/events.handler",
    timeout: 30,
    memory: 512,
    tables: {
      Executions: ["GetItem", "PutItem"],
      Idempotency: ["PutItem"],
    },
    queues: { ExecutionEvents: ["SendMessage"], ExecutionRequests: ["SendMessage"] },
  },
  deadLetters: {
    handler: "packages/functions/src/consumers/dead-letters.handler",
    timeout: 10,
    memory: 256,
    tables: { Executions: ["GetItem", "UpdateItem"] },
    queues: { ExecutionScheduledDlq: ["ChangeMessageVisibility"] },
  },
  sweep: {
    handler: "packages/functions/src/schedules/sweep.handler",
    timeout: 60,
    memory: 256,
    tables: { Executions: ["Query", "BatchGetItem", "UpdateItem"] },
    queues: { ExecutionRequests: ["SendMessage"] },
  },
} as const satisfies Record<string, Lambda>;

export type FunctionName = keyof typeof functions;
