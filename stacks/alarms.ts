/** The alarms of a stage that has them, as data. docs/runbook.md says of each kind what is to be done. */
import { functions, type Lambda } from "../packages/topology/src/functions.ts";
import { queues } from "../packages/topology/src/queues.ts";
import { tables } from "../packages/topology/src/tables.ts";
import {
  type QueueTrigger,
  queueTriggers,
  streamTriggers,
} from "../packages/topology/src/triggers.ts";

export interface AlarmKind {
  /** What is the matter, after the name of what it is the matter with. */
  readonly says: string;
  /** Absent: the stage's own. */
  readonly namespace?: `AWS/${string}`;
  readonly metric: string;
  readonly statistic: "Maximum" | "Sum";
  /** Seconds. */
  readonly period: number;
  /** So many periods in a row must be above the threshold. */
  readonly periods: number;
  readonly threshold: number;
  /** A period without a value is as bad as one above the threshold. */
  readonly isExpected?: true;
  /**
   * What CloudWatch knows the metric by: a queue, a function, an API or its WebSockets, the operations of a table, or a number
   * of that name in the lines that a function logs.
   */
  readonly on: "queue" | "function" | "api" | "live" | "table" | "log";
  /** By their names in the topology. */
  readonly subjects: readonly string[];
}

const consumed = Object.values<QueueTrigger>(queueTriggers).map(({ queue }): string => queue);
const deadLetterQueues = Object.keys(queues).map((name) => `${name}Dlq`);

const operationsOn = (table: string) =>
  Object.values<Lambda>(functions)
    .flatMap((lambda) => Object.entries(lambda.tables))
    .flatMap(([name, operations]) => (name === table ? operations : []));

/** Table → the operations that functions call on it. */
export const tableOperations: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(tables).map((table) => [table, [...new Set(operationsOn(table))]]),
);

export const alarmKinds = {
  NotEmpty: {
    says: "holds what was given up, and nobody takes it out",
    namespace: "AWS/SQS",
    metric: "ApproximateNumberOfMessagesVisible",
    statistic: "Maximum",
    period: 60,
    periods: 1,
    threshold: 0,
    on: "queue",
    subjects: [
      ...deadLetterQueues.filter((name) => !consumed.includes(name)),
      ...Object.values(streamTriggers).map(({ failures }) => failures.resource),
    ],
  },
  OldMessages: {
    says: "has held a message for half an hour",
    namespace: "AWS/SQS",
    metric: "ApproximateAgeOfOldestMessage",
    statistic: "Maximum",
    period: 60,
    periods: 5,
    // A new try that waits for its time stays in a queue for a quarter of an hour.
    threshold: 1_800,
    on: "queue",
    subjects: [
      "ExecutionRequests",
      "ExecutionScheduled",
      ...deadLetterQueues.filter((name) => consumed.includes(name)),
    ],
  },
  Lag: {
    says: "is more than a minute behind the table's stream",
    namespace: "AWS/Lambda",
    metric: "IteratorAge",
    statistic: "Maximum",
    period: 60,
    periods: 5,
    threshold: 60_000,
    on: "function",
    subjects: Object.values(streamTriggers).map((trigger) => trigger.function),
  },
  Errors: {
    says: "fails again and again",
    namespace: "AWS/Lambda",
    metric: "Errors",
    statistic: "Sum",
    period: 300,
    periods: 1,
    // The sweep runs five times in five minutes.
    threshold: 2,
    on: "function",
    subjects: Object.keys(functions),
  },
  Throttles: {
    says: "is not given the concurrency that it needs",
    namespace: "AWS/Lambda",
    metric: "Throttles",
    statistic: "Sum",
    period: 300,
    periods: 1,
    threshold: 0,
    on: "function",
    subjects: Object.keys(functions),
  },
  ServerErrors: {
    says: "answers 5xx",
    namespace: "AWS/ApiGateway",
    metric: "5xx",
    statistic: "Sum",
    period: 300,
    periods: 1,
    threshold: 4,
    on: "api",
    subjects: ["Http"],
  },
  SocketErrors: {
    says: "cannot answer its clients",
    namespace: "AWS/ApiGateway",
    metric: "IntegrationError",
    statistic: "Sum",
    period: 300,
    periods: 1,
    threshold: 4,
    on: "live",
    subjects: ["Live"],
  },
  TableThrottles: {
    says: "is throttled",
    namespace: "AWS/DynamoDB",
    metric: "ThrottledRequests",
    statistic: "Sum",
    period: 60,
    periods: 5,
    threshold: 0,
    on: "table",
    subjects: Object.keys(tables),
  },
  TableErrors: {
    says: "answers with errors of DynamoDB's own",
    namespace: "AWS/DynamoDB",
    metric: "SystemErrors",
    statistic: "Sum",
    period: 300,
    periods: 1,
    threshold: 4,
    on: "table",
    subjects: Object.keys(tables),
  },
  Drift: {
    says: "has found counters or search segments that are not what the executions make them, or did not come to its end in a day",
    metric: "drift",
    statistic: "Maximum",
    // It looks once a day.
    period: 86_400,
    periods: 1,
    threshold: 0,
    isExpected: true,
    on: "log",
    subjects: ["recount"],
  },
} as const satisfies Record<string, AlarmKind>;

export interface Alarm {
  /** The deployed alarm is `<app>-<stage>-<name>`. */
  readonly name: string;
  readonly subject: string;
  readonly kind: AlarmKind;
}

/** Every kind of alarm on each of its subjects. */
export const alarms: readonly Alarm[] = Object.entries<AlarmKind>(alarmKinds).flatMap(
  ([suffix, kind]) =>
    kind.subjects.map((subject) => ({
      name: `${subject.charAt(0).toUpperCase()}${subject.slice(1)}${suffix}`,
      subject,
      kind,
    })),
);
