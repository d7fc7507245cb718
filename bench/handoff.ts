/** The handoff, measured on local stacks of its own: how long it takes, and how soon a cancel or a death is noticed. */
import { type Api, apiAt } from "../test/fixtures/api.ts";
import { type Queues, queuesOf } from "../test/fixtures/sqs.ts";
import { type LocalStack, startLocalStack } from "../test/fixtures/stack.ts";
import { measureCancels } from "./handoff/cancels.ts";
import { measureDeaths } from "./handoff/deaths.ts";
import { HEARTBEAT_SECONDS, VISIBILITY_SECONDS } from "./handoff/fleet.ts";
import { measureLives } from "./handoff/lives.ts";
import { measureThroughput } from "./handoff/throughput.ts";
import type { Spread } from "./spread.ts";

export interface Handoff {
  readonly requestToRunning: Spread;
  readonly runningToVisible: Spread;
  /** Two messages, one after the other, through a queue of the same engine whose receiver waits for them. */
  readonly twoHops: Spread;
  readonly cancelToStop: Spread;
  readonly heartbeatMs: number;
  readonly deathToAbandoned: Spread;
  /** What a death may take: the lease, and until the message is back. */
  readonly leaseMs: number;
  readonly redeliveryMs: number;
  readonly perSecond: number;
}

const LEASE_SECONDS = 2;

async function onStack<T>(
  env: Record<string, string>,
  work: (stack: LocalStack, api: Api, queues: Queues) => Promise<T>,
): Promise<T> {
  const stack = await startLocalStack({ POWERTOOLS_LOG_LEVEL: "ERROR", ...env });
  const queues = await queuesOf(stack);
  try {
    return await work(stack, apiAt(stack.api), queues);
  } finally {
    queues.client.destroy();
    await stack.stop();
  }
}

/** Measures a stack with its built-in worker, and one with short times and a fleet of its own. */
export async function measureHandoff(): Promise<Handoff> {
  const lives = await onStack({}, async (_, api, queues) => ({
    ...(await measureLives(api, queues)),
    perSecond: await measureThroughput(api, queues),
  }));
  const short = { WORKER: "off", LEASE_SECONDS: String(LEASE_SECONDS) };
  const stops = await onStack(short, async (stack, api, queues) => ({
    deathToAbandoned: await measureDeaths(stack, api, queues),
    cancelToStop: await measureCancels(stack, api, queues),
  }));
  return {
    ...lives,
    ...stops,
    heartbeatMs: HEARTBEAT_SECONDS * 1_000,
    leaseMs: LEASE_SECONDS * 1_000,
    redeliveryMs: VISIBILITY_SECONDS * 1_000,
  };
}
