import { ExecutionScheduled } from "@attune/domain/messages";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment, take } from "@attune/local/resources";
import { queueEvent } from "@attune/local/triggers/queue";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { requestMessage } from "../fixtures/sqs.ts";
import { type SqsFault, type SqsProxy, startSqsProxy } from "../fixtures/sqs-proxy.ts";

const Answer = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });
const queue = "execution-scheduled";

interface Request {
  readonly MessageId: string;
  readonly Body: string;
}

let engines: Engines;
let proxy: SqsProxy;
let invoke: (requests: readonly Request[]) => Promise<string[]>;
let nextFault: () => SqsFault | undefined = () => undefined;
beforeAll(async () => {
  engines = await startEngines();
  proxy = await startSqsProxy({ target: engines.sqs, queue, nextFault: () => nextFault() });
  const servers = { dynamodb: engines.dynamodb, sqs: proxy.url };
  const environment = lambdaEnvironment(servers, await ensureResources(servers));
  Object.assign(process.env, environment, { POWERTOOLS_LOG_LEVEL: "SILENT" });
  const executor = take(await loadFunctions(), "executor");
  invoke = async (requests) => {
    const answer = await executor.invoke(queueEvent(requests, "arn:aws:sqs:us-east-1:0:requests"));
    return Answer.parse(answer).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
});
afterAll(async () => {
  await proxy.stop();
  await engines.stop();
});

const requestOf = (MessageId: string, idempotency_key = MessageId): Request => ({
  MessageId,
  Body: requestMessage({ action_ref: "core.echo", parent: 7, idempotency_key }),
});
const published = () =>
  proxy.taken(queue).map((body) => ExecutionScheduled.parse(JSON.parse(body)).payload);

it("the executor publishes again, and alone, what SQS refused of a batch", async () => {
  const requests = [
    requestOf("first"),
    requestOf("second"),
    requestOf("third"),
    // Both stand for one execution, whose message is one.
    requestOf("second again", "second"),
  ];
  nextFault = () => [1];
  expect(await invoke(requests)).toEqual(["second", "second again"]);
  expect(published()).toHaveLength(2);
  nextFault = () => undefined;
  expect(await invoke(requests.slice(1, 2))).toEqual([]);
  const ids = published().map(({ execution_id }) => execution_id);
  expect(new Set(ids).size).toBe(3);
  expect(published().map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

it("the executor is given all of a batch again where SQS refuses all of it", async () => {
  const requests = [requestOf("fourth"), requestOf("fifth")];
  const before = published().length;
  nextFault = () => [0, 1];
  expect(await invoke(requests)).toEqual(["fourth", "fifth"]);
  expect(published()).toHaveLength(before);
  nextFault = () => undefined;
  expect(await invoke(requests)).toEqual([]);
  expect(published()).toHaveLength(before + 2);
});
