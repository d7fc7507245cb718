/**
 * How long an execution may stay where it is before the service moves it on, in seconds. A stage may set
 * others (stacks/settings.ts), the local stack takes them from the environment: `LEASE_SECONDS` and so on.
 */
export const limits = {
  /** A claim without a heartbeat for so long has lapsed: the contract's 90 s. */
  LEASE_SECONDS: 90,
  /** The executor is woken for what it has not handed off by then. */
  WAKE_SECONDS: 60,
  /** What the executor could not hand off by then has failed. */
  SCHEDULING_SECONDS: 86_400,
  /** What no worker has claimed by then is abandoned: SQS keeps a message for 14 days. */
  QUEUE_SECONDS: 1_209_600,
  /** A run without a `timeout_seconds` of its own. */
  RUN_SECONDS: 604_800,
  /** What a worker gets beyond its timeout to write it itself. */
  GRACE_SECONDS: 30,
} as const satisfies Record<string, number>;

export type LimitName = keyof typeof limits;
