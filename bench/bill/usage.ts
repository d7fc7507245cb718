/** What an execution takes of each service, beside what is measured of DynamoDB: how its messages and calls go. */
import { functions } from "@attune/topology/functions";

/**
 * A million executions in a month at two hundred a second, when there are any: batches are as full as that makes them.
 * An execution is requested by a message, runs for less than a heartbeat's interval, and completes.
 */
export const assumptions = {
  /** Executions a second. */
  rate: 200,
  /** Milliseconds that a request to DynamoDB or SQS takes, and that a function computes for each of its requests. */
  roundTripMs: 5,
  computeMs: 5,
  /** What Lambda itself logs of an invocation as JSON: its start and its report. */
  logBytes: 600,
} as const;

/** Changes in the stream: requested, scheduling, scheduled, running, completed. */
export const CHANGES = 5;
/** Messages of `execution-events`: one a change, and one that it is completed. */
const EVENTS = CHANGES + 1;
const SQS_BATCH = 10;

interface Work {
  readonly function: keyof typeof functions;
  /** For one execution. */
  readonly invocations: number;
  /** Requests one after the other, for each invocation. */
  readonly roundTrips: number;
}

const COUNTERS_BATCH = CHANGES * assumptions.rate;
const EVENTS_BATCH = 100;

export const work: readonly Work[] = [
  // Idempotency key, execution, scheduling, handoff, publication; message by message in a batch of ten.
  { function: "executor", invocations: 1 / SQS_BATCH, roundTrips: 5 * SQS_BATCH },
  { function: "work", invocations: 2, roundTrips: 1 },
  // A window of a second; a transaction for each hundred items, and as many reads.
  { function: "counters", invocations: CHANGES / COUNTERS_BATCH, roundTrips: 20 },
  {
    function: "events",
    invocations: CHANGES / EVENTS_BATCH,
    roundTrips: (EVENTS_BATCH * EVENTS) / CHANGES / SQS_BATCH,
  },
];

/** Requests to SQS for one execution, by queue. */
export const sqsRequests = {
  "execution-requests: sent, received and deleted ten at a time": 3 / SQS_BATCH,
  "execution-scheduled: sent, received and deleted one by one": 3,
  "execution-events: sent ten at a time": EVENTS / SQS_BATCH,
} as const;

/** The worker's claim and finish. */
export const httpCalls = 2;

export const invocationsOf = (): number =>
  work.reduce((sum, { invocations }) => sum + invocations, 0);

/** GB-seconds of Lambda for one execution. */
export function gbSecondsOf(): number {
  const { roundTripMs, computeMs } = assumptions;
  return work.reduce((sum, { function: name, invocations, roundTrips }) => {
    const seconds = (roundTrips * (roundTripMs + computeMs)) / 1_000;
    return sum + invocations * seconds * (functions[name].memory / 1_024);
  }, 0);
}
