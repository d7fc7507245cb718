import { defineAction } from "@attune/worker/action";
import { createWorker, type Worker } from "@attune/worker/create-worker";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type Fault, startFaultyProxy } from "../worker/faulty-proxy.ts";
import { startWorld, type World } from "./world.ts";

/** Shorter than a message is hidden, as in earnest. */
const LEASE_SECONDS = 1;
const VISIBILITY_SECONDS = 2;

let world: World;
beforeAll(async () => {
  world = await startWorld({ LEASE_SECONDS: String(LEASE_SECONDS) });
});
afterAll(() => world.stop());

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** A queue of its own, with the messages of one execution: what a dead poll still takes is nobody else's. */
async function publish(name: string, copies: number) {
  const key = `worker ${name}`;
  world.accepted.add(key);
  const { json } = await world.api.post("", { action_ref: "test.work", idempotency_key: key });
  const { id } = One.parse(json).data;
  await world.deliver("execution-requests", "executor");
  const [message] = await world.queues.receive("execution-scheduled", 0);
  if (message === undefined) throw new Error("nothing was published");
  await world.queues.remove("execution-scheduled", message);
  const QueueName = key.replaceAll(/\W/g, "-");
  await world.queues.client.send(new CreateQueueCommand({ QueueName }));
  const url = `${world.engines.sqs}/000000000000/${QueueName}`;
  for (let copy = 0; copy < copies; copy++)
    await world.queues.client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: message.Body }),
    );
  return { id, url };
}

let workers = 100;
async function startGatedWorker(
  url: string,
  plan: (call: string) => Fault | undefined,
  run: () => unknown,
) {
  const gates = await Promise.all([
    startFaultyProxy(world.engines.sqs, plan),
    startFaultyProxy(world.http.url, plan),
  ]);
  const [sqs, api] = gates;
  const workerId = ++workers;
  const settled: string[] = [];
  const worker: Worker = createWorker({
    queue: { url, endpoint: sqs.url, region: "us-east-1", credentials },
    api: api.url,
    workerId,
    actions: [defineAction({ ref: "test.work", input: z.unknown(), run })],
    ...{ heartbeatSeconds: 0.1, visibilitySeconds: VISIBILITY_SECONDS },
    ...{ waitSeconds: 1, graceSeconds: 0.1 },
    on: (event) => {
      if (event.type === "finished" || event.type === "refused") settled.push(event.type);
      if (event.type === "claimed")
        world.claims.set(event.id, new Set(world.claims.get(event.id)).add(workerId));
    },
  });
  return {
    settled,
    async stop() {
      await worker.stop({ drainSeconds: 0 });
      await Promise.all(gates.map((gate) => gate.stop()));
    },
  };
}

/** Where a worker dies, and what becomes of its execution. */
const deaths = [
  { after: "ReceiveMessage", status: "completed" },
  { after: "claim", status: "abandoned" },
  { after: "heartbeat", status: "abandoned" },
  { after: "the action is done", status: "abandoned" },
  { after: "finish", status: "completed" },
  { after: "DeleteMessage", status: "completed" },
] as const;

it.each(deaths)("a worker that dies after $after: $status", async ({ after, status }) => {
  const { id, url } = await publish(after, 1);
  let isDead = false;
  let ran = 0;
  const victim = await startGatedWorker(
    url,
    (call) => {
      if (isDead) return "cut";
      isDead = call === after;
      return undefined;
    },
    async () => {
      ran++;
      if (after === "the action is done") isDead = true;
      // The action is under way when the heartbeat is the last that is heard of its worker.
      if (after === "heartbeat") await until(async () => isDead, Boolean);
    },
  );
  await until(async () => isDead, Boolean);
  const survivor = await startGatedWorker(
    url,
    () => undefined,
    () => ran++,
  );
  const execution = await until(
    () => world.api.get(id),
    (one) => one.status === status,
  );
  expect(execution.status).toBe(status);
  if (after !== "DeleteMessage")
    await until(
      async () => survivor.settled,
      ({ length }) => length > 0,
    );
  await Promise.all([victim.stop(), survivor.stop()]);
  expect(ran).toBe(1);
  await world.settle();
  await world.expectSound();
});

it("a message that comes twice to two workers at once is run by one", async () => {
  const { id, url } = await publish("twice", 2);
  let ran = 0;
  const both = await Promise.all(
    [1, 2].map(() =>
      startGatedWorker(
        url,
        () => undefined,
        () => ran++,
      ),
    ),
  );
  await until(
    async () => both.flatMap(({ settled }) => settled),
    (settled) => settled.length > 0,
  );
  await until(
    () => world.api.get(id),
    ({ status }) => status === "completed",
  );
  await Promise.all(both.map((worker) => worker.stop()));
  expect(ran).toBe(1);
  await world.settle();
  await world.expectSound();
});

it("a delete whose answer is lost deletes", async () => {
  const { id, url } = await publish("delete", 1);
  const lost: string[] = [];
  const worker = await startGatedWorker(
    url,
    (call) => {
      if (call !== "DeleteMessage" || lost.length > 0) return undefined;
      lost.push(call);
      return "lose-answer";
    },
    () => "done",
  );
  await until(
    () => world.api.get(id),
    ({ status }) => status === "completed",
  );
  await until(
    async () => lost,
    ({ length }) => length === 1,
  );
  await worker.stop();
  await world.settle();
  await world.expectSound();
});
