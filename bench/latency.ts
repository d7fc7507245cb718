/** Latency, against the least that the same engines take for the same. */
import { randomUUID } from "node:crypto";
import { timeOf } from "@attune/domain/ids";
import { messageText } from "@attune/domain/messages";
import { clientConfig } from "@attune/local/clients";
import { accessPatterns } from "@attune/store/access-patterns/index";
import type { Store } from "@attune/store/store";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Api, apiAt } from "../test/fixtures/api.ts";
import { until } from "../test/fixtures/executions.ts";
import { startLocalStack } from "../test/fixtures/stack.ts";
import { storeAt } from "../test/fixtures/store.ts";
import { createExecutions, request } from "./executions.ts";

export interface Latency {
  /** Median milliseconds: of the service, and of what it is compared with. */
  readonly service: number;
  readonly bare: number;
}

const EXECUTIONS = 100;
const READS = 200;
const LIVES = 15;

function median(numbers: readonly number[]): number {
  return (
    numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function answered(text: Promise<string>): Promise<void> {
  if (!(await text).startsWith('{"data"')) throw new Error(await text);
}

/** Both in turns, so that a machine that is busy for a while is so for both. */
async function compare(
  times: number,
  service: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Latency> {
  const taken: { service: number; bare: number }[] = [];
  for (let turn = 0; turn < times; turn++)
    taken.push({ service: await service(), bare: await bare() });
  // The first ones open connections and load code.
  const warm = taken.slice(Math.floor(times / 10));
  return {
    service: median(warm.map((one) => one.service)),
    bare: median(warm.map((one) => one.bare)),
  };
}

function compareReads(api: Api, store: Store, id: number) {
  const get = accessPatterns.executionById.params(store.tables, { id });
  const query = accessPatterns.indexEntries.params(store.tables, {
    index: "by_feed",
    partition: "0|all",
    order: "newest",
    limit: 20,
  });
  return {
    get: () =>
      compare(
        READS,
        () => timed(() => answered(api.text(`/${id}`))),
        () => timed(() => store.client.send(new GetCommand(get))),
      ),
    list: () =>
      compare(
        READS,
        () => timed(() => answered(api.text(""))),
        () => timed(() => store.client.send(new QueryCommand(query))),
      ),
  };
}

/** One message through one queue, its receiver waiting for it. */
async function hop(sqs: SQSClient, QueueUrl: string): Promise<void> {
  const received = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hop" }));
  const { Messages = [] } = await received;
  if (Messages.length !== 1) throw new Error("the message did not arrive");
}

/** Milliseconds from sending the request to the claim, by the clock of this machine. */
async function requestToRunning(api: Api, sqs: SQSClient, QueueUrl: string, parent: number) {
  const payload = { action_ref: "core.sleep", config: { seconds: 1 }, parent };
  const MessageBody = messageText("execution.requested", JSON.stringify(payload), {
    message_id: randomUUID(),
    correlation_id: randomUUID(),
    timestamp: new Date().toISOString(),
  });
  const sent = Date.now();
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const { data } = await until(
    () => api.list({ parent }),
    ({ data }) => data[0]?.status === "running",
  );
  const [{ id, updated } = { id: 0, updated: "" }] = data;
  if (timeOf(id) < sent) throw new Error("that is another execution");
  return Date.parse(updated) - sent;
}

const Resources = z.object({ data: z.object({ queues: z.record(z.string(), z.string()) }) });

/** Measures a local stack of its own, its built-in worker included. */
export async function measureLatency(): Promise<ReadonlyMap<string, Latency>> {
  const stack = await startLocalStack();
  const store = storeAt(stack.dynamodb);
  const sqs = new SQSClient({ ...clientConfig(stack.sqs), useQueueUrlAsEndpoint: false });
  try {
    const api = apiAt(stack.api);
    await createExecutions(store, EXECUTIONS);
    const { id } = await request(store);
    const reads = compareReads(api, store, id);

    const { data } = Resources.parse(await (await fetch(`${stack.api}/local/resources`)).json());
    const requests = data.queues["execution-requests"] ?? "";
    const { QueueUrl: own = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "bench" }));
    let parent = 1_000_000;
    return new Map([
      ["`GET /{id}` against GetItem", await reads.get()],
      ["`GET /` against Query of 20", await reads.list()],
      [
        "message to `running` against two hops through SQS",
        await compare(
          LIVES,
          () => requestToRunning(api, sqs, requests, ++parent),
          () =>
            timed(async () => {
              await hop(sqs, own);
              await hop(sqs, own);
            }),
        ),
      ],
    ]);
  } finally {
    sqs.destroy();
    store.client.destroy();
    await stack.stop();
  }
}
