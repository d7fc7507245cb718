/**
 * The service's functions on the real engines, behind gates that break their calls; nothing runs but what a
 * test invokes. One world a file: a function keeps the environment that it finds first.
 */
import { jsonAnswer } from "@attune/local/http/answer";
import { gateway } from "@attune/local/http/gateway";
import { startHttpServer } from "@attune/local/http/server";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment, take } from "@attune/local/resources";
import { invokeBatch } from "@attune/local/triggers/batch";
import { queueEvent } from "@attune/local/triggers/queue";
import type { FunctionName } from "@attune/topology/functions";
import { ChangeMessageVisibilityCommand, type Message } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "vitest";
import { report } from "../chaos/report.ts";
import { apiAt } from "../fixtures/api.ts";
import { startEngines } from "../fixtures/engines.ts";
import { queuesOf, requestMessage } from "../fixtures/sqs.ts";
import { storeAt } from "../fixtures/store.ts";
import { startFaultyProxy } from "../worker/faulty-proxy.ts";
import type { Plan } from "./plans.ts";
import { openStream } from "./stream.ts";
import { workAll } from "./work.ts";

const peace: Plan = () => undefined;

export async function startWorld(limits: Readonly<Record<string, string>> = {}) {
  const engines = await startEngines();
  const resources = await ensureResources(engines);
  let plan = peace;
  let calls: string[] = [];
  const gate = (target: string) =>
    startFaultyProxy(target, (call) => {
      calls.push(call);
      return plan(call);
    });
  const [dynamodb, sqs] = await Promise.all([gate(engines.dynamodb), gate(engines.sqs)]);
  const servers = { dynamodb: dynamodb.url, sqs: sqs.url, s3: engines.sqs };
  const quiet = { POWERTOOLS_LOG_LEVEL: "SILENT" };
  Object.assign(process.env, lambdaEnvironment(servers, resources), limits, quiet);
  const functions = await loadFunctions();

  const names = Object.fromEntries(
    [...resources.queues.values()].map(({ name, url }) => [name, url]),
  );
  const ownPaths = { "/local/resources": () => jsonAnswer(200, { data: { queues: names } }) };
  const http = await startHttpServer(0, gateway(functions, ownPaths));
  const queues = await queuesOf({ api: http.url, sqs: engines.sqs });
  const api = apiAt(http.url);
  const store = storeAt(engines.dynamodb, engines.sqs);
  const stream = await openStream(
    engines.dynamodb,
    take(resources.tables, "Executions").streamArn ?? "",
  );
  const accepted = new Set<string>();
  const claims = new Map<number, Set<number>>();

  /** Does some work while calls meet what is planned for them; the calls that were made. */
  async function during(next: Plan, work: () => Promise<unknown>): Promise<string[]> {
    plan = next;
    calls = [];
    try {
      await work();
      return calls;
    } finally {
      plan = peace;
    }
  }

  const invoke = (name: FunctionName, messages: readonly Message[]) =>
    invokeBatch(
      take(functions, name),
      queueEvent(messages, "arn:aws:sqs:us-east-1:000000000000:faults"),
      messages.map(({ MessageId = "" }) => MessageId),
    );

  /** Shows a message again at once, as the end of its visibility would. */
  async function reveal(queue: string, { ReceiptHandle }: Message) {
    const input = { QueueUrl: queues.url(queue), ReceiptHandle, VisibilityTimeout: 0 };
    await queues.client.send(new ChangeMessageVisibilityCommand(input));
  }

  /** Delivers what waits in a queue, ten messages at most, and deletes what the function is done with. */
  async function deliver(queue: string, name: FunctionName): Promise<void> {
    const messages = await queues.receive(queue, 0);
    if (messages.length === 0) return;
    const { failed } = await invoke(name, messages);
    for (const message of messages)
      await (failed.has(message.MessageId ?? "") ? reveal : queues.remove)(queue, message);
  }

  /** Delivers changes to a consumer of the stream until it is done with them. */
  async function deliverRecords(name: FunctionName, records: readonly DynamoDBRecord[]) {
    for (let rest = records.slice(0, 100); rest.length > 0; ) {
      const sequences = rest.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? "");
      const { failed } = await invokeBatch(take(functions, name), { Records: rest }, sequences);
      const done = sequences.findIndex((sequence) => failed.has(sequence));
      rest = done === -1 ? [] : rest.slice(done);
    }
    if (records.length > 100) await deliverRecords(name, records.slice(100));
  }

  const world = {
    engines,
    api,
    http,
    queues,
    store,
    accepted,
    claims,
    functions,
    during,
    invoke,
    reveal,
    deliver,
    deliverRecords,
    newRecords: stream.next,
    /** Asks for an execution, whose key is this. */
    async request(key: string, more: Record<string, unknown> = {}, config?: string) {
      accepted.add(key);
      const payload = { action_ref: "core.echo", ...more, idempotency_key: key };
      const body = requestMessage(payload, config === undefined ? {} : { config });
      await queues.send("execution-requests", [body]);
      return body;
    },
    /** Delivers everything until nothing is left to be done. */
    async settle(): Promise<void> {
      const deadline = Date.now() + 20_000;
      for (let open = 1; open > 0; ) {
        await deliver("execution-requests", "executor");
        await workAll(world);
        for (const consumer of ["counters", "events"] as const)
          await deliverRecords(consumer, await stream.next(consumer));
        const depths = ["execution-requests", "execution-scheduled"].map(queues.depth);
        open = (await Promise.all(depths)).reduce((sum, depth) => sum + depth, 0);
        if (Date.now() > deadline) throw new Error(`${open} messages do not come to an end`);
      }
    },
    /** What has to hold of everything so far, once all is settled. */
    async expectSound(): Promise<void> {
      expect(await report(store, engines.dynamodb, accepted, [])).toEqual({
        ...{ lost: 0, doubled: 0, overlapping: 0, illegal: 0 },
        ...{ unfinished: 0, miscounted: 0, untold: 0 },
      });
      for (const [id, workers] of claims) expect(workers.size, `claims of ${id}`).toBe(1);
    },
    async stop(): Promise<void> {
      stream.close();
      queues.client.destroy();
      store.client.destroy();
      await http.stop(1_000);
      await Promise.all([dynamodb.stop(), sqs.stop()]);
      await engines.stop();
    },
  };
  return world;
}
export type World = Awaited<ReturnType<typeof startWorld>>;
