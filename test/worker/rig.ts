import { randomUUID } from "node:crypto";
import { ExecutionScheduled } from "@attune/domain/messages";
import { type Action, defineAction } from "@attune/worker/action";
import { createWorker, type Worker, type WorkerOptions } from "@attune/worker/create-worker";
import type { WorkerEvent } from "@attune/worker/events";
import type { Transport } from "@attune/worker/transport";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { afterEach } from "vitest";
import * as z from "zod";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { startService } from "../fixtures/service.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";

export const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** What a test may say of its worker; `sqs` is the address of the engine, or of what stands before it. */
type Quick = Partial<
  Omit<Extract<WorkerOptions, { readonly api: string }>, "queue" | "actions">
> & {
  readonly sqs?: string;
  readonly transport?: Transport;
};

/** Each worker is another process to the service, whatever it is to the test. */
let workers = 100;

/**
 * A stack without a worker of its own, for the tests of one file; what a test starts stops after it. Each test has its own queue, and moves the messages of its
 * executions there: the engine goes on with a poll that a stopped worker has cut, and would take others'.
 */
export async function startRig() {
  const { stack, api, queues } = await startService({ WORKER: "off" });
  const started: Worker[] = [];
  const proxies: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.stop({ drainSeconds: 0 })));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });

  /** The texts of the messages of some executions, in the order of the executions. */
  async function messagesOf(ids: readonly number[]): Promise<string[]> {
    const texts = new Map<number, string>();
    while (texts.size < ids.length)
      for (const message of await queues.receive("execution-scheduled", 5)) {
        await queues.remove("execution-scheduled", message);
        const text = message.Body ?? "";
        texts.set(ExecutionScheduled.parse(JSON.parse(text)).payload.execution_id, text);
      }
    return ids.map((id) => texts.get(id) ?? "");
  }

  async function openQueue() {
    const QueueName = `work-${randomUUID()}`;
    await queues.client.send(new CreateQueueCommand({ QueueName }));
    const url = `${stack.sqs}/000000000000/${QueueName}`;
    const send = async (MessageBody: string) =>
      void (await queues.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody })));
    const counts = async () => {
      const { Attributes = {} } = await queues.client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    };
    return {
      url,
      send,
      counts,
      /** Requests executions, and has their messages in this queue. `config` may be a JSON text. */
      async request(requests: readonly (Record<string, unknown> | string)[]): Promise<number[]> {
        const created = await Promise.all(requests.map((one) => api.post("", one)));
        const ids = created.map(({ json }) => One.parse(json).data.id);
        for (const text of await messagesOf(ids)) await send(text);
        return ids;
      },
      /** Takes the messages out of the queue: their texts. */
      async take(): Promise<string[]> {
        const { Messages = [] } = await queues.client.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
        );
        for (const { ReceiptHandle } of Messages)
          await queues.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
        return Messages.map(({ Body = "" }) => Body);
      },
      empty: () => until(counts, ({ visible, hidden }) => visible + hidden === 0, { seconds: 15 }),
    };
  }
  type Queue = Awaited<ReturnType<typeof openQueue>>;

  /** A worker with quick times, and what it told of itself. */
  function startWorker(queue: Queue, actions: readonly Action[], options: Quick = {}) {
    const events: WorkerEvent[] = [];
    const { sqs = stack.sqs, transport, ...others } = options;
    const workerId = workers++;
    const worker = createWorker({
      queue: { url: queue.url, endpoint: sqs, region: "us-east-1", credentials },
      workerId,
      actions,
      api: stack.api,
      heartbeatSeconds: 0.2,
      visibilitySeconds: 5,
      waitSeconds: 1,
      ...others,
      ...(transport && { transport }),
      on: (event) => events.push(event),
    });
    started.push(worker);
    return {
      workerId,
      events,
      stop: worker.stop,
      /** Waits for an event of a type. */
      async saw<T extends WorkerEvent["type"]>(type: T) {
        const found = () =>
          events.find((one): one is Extract<WorkerEvent, { type: T }> => one.type === type);
        const event = await until(
          async () => found(),
          (one) => one !== undefined,
        );
        if (event === undefined) throw new Error(`No ${type}`);
        return event;
      },
    };
  }

  return {
    stack,
    api,
    queues,
    openQueue,
    startWorker,
    /** The address of a proxy before `target` that breaks calls. */
    async proxyOf(...of: Parameters<typeof startFaultyProxy>): Promise<string> {
      const proxy = await startFaultyProxy(...of);
      proxies.push(proxy);
      return proxy.url;
    },
    reaches: (id: number, status: string) =>
      until(
        () => api.get(id),
        (execution) => execution.status === status,
      ),
  };
}

/** A promise that the test settles when it wants to. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opens: promise, open: () => resolve() };
}

/** An action that counts its runs. */
export function counted() {
  const runs: number[] = [];
  const action = defineAction({
    ref: "test.work",
    input: z.unknown(),
    run: ({ job }) => runs.push(job.id),
  });
  return { action, runs };
}
