/** The handoff, measured on local stacks of its own: how long it takes, and how soon a cancel or a death is noticed. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { EventMessage, ExecutionScheduled, messageText } from "@attune/domain/messages";
import { queueEvent } from "@attune/local/triggers/queue";
import { defineAction } from "@attune/worker/action";
import { createWorker } from "@attune/worker/create-worker";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { type Api, apiAt, One } from "../test/fixtures/api.ts";
import { until } from "../test/fixtures/executions.ts";
import { type Queues, queuesOf, requestMessage } from "../test/fixtures/sqs.ts";
import { type LocalStack, startLocalStack } from "../test/fixtures/stack.ts";
import { costOf } from "./cost.ts";
import { worker } from "./executions.ts";
import type { CountedService } from "./service.ts";

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

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

const LIVES = 100;
const CANCELS = 20;
const DEATHS = 10;
const EXECUTIONS = 300;
const HEARTBEAT_SECONDS = 1;
const LEASE_SECONDS = 2;
const VISIBILITY_SECONDS = 3;

function spreadOf(taken: readonly number[]): Spread {
  const sorted = taken.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** One message through a queue, its receiver waiting for it. */
async function hop({ client }: Queues, QueueUrl: string): Promise<void> {
  const received = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hop" }));
  if ((await received).Messages?.length !== 1) throw new Error("the message did not arrive");
}

/** When each execution began to run, by the events that tell of it. */
async function startsOf(queues: Queues, count: number): Promise<Map<number, number>> {
  const starts = new Map<number, number>();
  while (starts.size < count) {
    const messages = await queues.receive("execution-events", 5);
    if (messages.length === 0) throw new Error(`${starts.size} of ${count} were told of`);
    for (const message of messages) {
      const { payload } = EventMessage.parse(JSON.parse(message.Body ?? ""));
      if ("new_status" in payload && payload.new_status === "running")
        starts.set(payload.execution_id, Date.parse(payload.changed_at));
      await queues.remove("execution-events", message);
    }
  }
  return starts;
}

async function measureLives(api: Api, queues: Queues) {
  const { QueueUrl = "" } = await queues.client.send(new CreateQueueCommand({ QueueName: "hops" }));
  const lives: { id: number; sent: number; seen: number }[] = [];
  const hops: number[] = [];
  // In turns, so that a machine that is busy for a while is so for both.
  for (let at = 0; at < LIVES; at++) {
    const parent = 1_000_000 + at;
    const sent = Date.now();
    await queues.send("execution-requests", [requestMessage({ action_ref: "core.echo", parent })]);
    const { data } = await until(
      () => api.list({ parent }),
      (list) => list.data[0]?.status === "completed",
    );
    lives.push({ id: data[0]?.id ?? 0, sent, seen: Date.now() });
    const start = performance.now();
    await hop(queues, QueueUrl);
    await hop(queues, QueueUrl);
    hops.push(performance.now() - start);
  }
  const starts = await startsOf(queues, LIVES);
  // The first ones open connections and load code.
  const warm = lives.slice(LIVES / 10).map((one) => ({ ...one, began: starts.get(one.id) ?? 0 }));
  return {
    requestToRunning: spreadOf(warm.map(({ sent, began }) => began - sent)),
    runningToVisible: spreadOf(warm.map(({ began, seen }) => seen - began)),
    twoHops: spreadOf(hops.slice(LIVES / 10)),
  };
}

async function measureThroughput(api: Api, queues: Queues): Promise<number> {
  const { completed: before = 0 } = await api.stats();
  const bodies = Array.from({ length: EXECUTIONS }, () =>
    requestMessage({ action_ref: "core.echo" }),
  );
  const start = performance.now();
  await queues.send("execution-requests", bodies);
  await until(
    () => api.stats(),
    ({ completed = 0 }) => completed === before + EXECUTIONS,
    { seconds: 60 },
  );
  return EXECUTIONS / ((performance.now() - start) / 1_000);
}

/** Executions that wait for a worker. */
const requestSome = (api: Api, count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const { json } = await api.post("", { action_ref: "bench.wait" });
      return One.parse(json).data.id;
    }),
  );

function startWorker(
  stack: LocalStack,
  queues: Queues,
  run: (id: number, signal: AbortSignal) => Promise<void>,
) {
  return createWorker({
    queue: {
      ...{ url: queues.url("execution-scheduled"), endpoint: stack.sqs, region: "us-east-1" },
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    },
    api: stack.api,
    workerId: worker,
    actions: [
      defineAction({
        ...{ ref: "bench.wait", input: z.null() },
        run: ({ job, signal }) => run(job.id, signal),
      }),
    ],
    ...{ concurrency: CANCELS, heartbeatSeconds: HEARTBEAT_SECONDS, waitSeconds: 5 },
    visibilitySeconds: VISIBILITY_SECONDS,
  });
}

/** From the call that cancels a running execution to the abort of its action's signal. */
async function measureCancels(stack: LocalStack, api: Api, queues: Queues): Promise<Spread> {
  const stops = new Map<number, number>();
  const started = new Set<number>();
  const fleet = startWorker(stack, queues, async (id, signal) => {
    started.add(id);
    await once(signal, "abort");
    stops.set(id, performance.now());
    throw signal.reason;
  });
  try {
    const ids = await requestSome(api, CANCELS);
    await until(
      async () => started.size,
      (size) => size === CANCELS,
    );
    const asked = new Map<number, number>();
    for (const id of ids) {
      asked.set(id, performance.now());
      await api.post(`/${id}/cancel`, "");
    }
    await until(
      async () => stops.size,
      (size) => size === CANCELS,
    );
    return spreadOf(ids.map((id) => (stops.get(id) ?? 0) - (asked.get(id) ?? 0)));
  } finally {
    await fleet.stop({ drainSeconds: 2 });
  }
}

/** From the last sign of life of a worker, its claim, to the end that another worker's claim brings about. */
async function measureDeaths(stack: LocalStack, api: Api, queues: Queues): Promise<Spread> {
  const ids = new Set(await requestSome(api, DEATHS));
  const deaths = new Map<number, number>();
  while (deaths.size < DEATHS) {
    const receive = new ReceiveMessageCommand({
      ...{ QueueUrl: queues.url("execution-scheduled"), MaxNumberOfMessages: 10 },
      ...{ WaitTimeSeconds: 1, VisibilityTimeout: VISIBILITY_SECONDS },
    });
    const { Messages = [] } = await queues.client.send(receive);
    for (const { Body = "" } of Messages) {
      const { execution_id: id, attempt } = ExecutionScheduled.parse(JSON.parse(Body)).payload;
      if (!ids.has(id)) continue;
      await api.post(`/${id}/claim`, { worker_id: 1, attempt });
      deaths.set(id, Date.now());
    }
  }
  const survivor = startWorker(stack, queues, () => Promise.resolve());
  try {
    const ended = await until(
      () => Promise.all([...ids].map((id) => api.get(id))),
      (all) => all.every(({ status }) => status === "abandoned"),
      { seconds: 30 },
    );
    return spreadOf(ended.map(({ id, updated }) => Date.parse(updated) - (deaths.get(id) ?? 0)));
  } finally {
    await survivor.stop({ drainSeconds: 0 });
  }
}

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

/** Heartbeats of a run → write units of the whole life of one execution, the counters left out. */
export async function measureHeartbeats(service: CountedService): Promise<Map<number, number>> {
  const { api, executor, callsOf } = service;
  const units = new Map<number, number>();
  for (const beats of [0, 1, 10]) {
    const about = { enforcement: 500_000 + beats, parent: 500_000 };
    const payload = JSON.stringify({ action_ref: "core.echo", config: { beats }, ...about });
    const stamp = { message_id: randomUUID(), correlation_id: randomUUID() };
    const timestamp = new Date().toISOString();
    const Body = messageText("execution.requested", payload, { ...stamp, timestamp });
    const arn = "arn:aws:sqs:us-east-1:000000000000:bench";
    const calls = await callsOf(async () => {
      await executor.invoke(queueEvent([{ MessageId: randomUUID(), Body }], arn));
      const { data } = await api.list({ enforcement: about.enforcement });
      const path = `/${data[0]?.id}`;
      const hold = { worker_id: worker, attempt: 1 };
      await api.post(`${path}/claim`, hold);
      for (let beat = 0; beat < beats; beat++) await api.post(`${path}/heartbeat`, hold);
      await api.post(`${path}/finish`, { ...hold, status: "completed", result: { sent: true } });
    });
    units.set(beats, costOf(calls).writeUnits);
  }
  return units;
}
