import { join } from "node:path";
import { clientConfig } from "@attune/local/clients";
import { localFunction } from "@attune/local/invoke";
import { ensureResources, take } from "@attune/local/resources";
import { openCheckpoint } from "@attune/local/triggers/checkpoint";
import { startStreamTrigger } from "@attune/local/triggers/stream";
import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import { beat, changeStatus, claim, finish, handOff } from "@attune/store/transitions";
import { streamTriggers } from "@attune/topology/triggers";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { startEngines } from "../fixtures/engines.ts";
import { storeAt } from "../fixtures/store.ts";

const Event = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({ NewImage: z.object({ status: z.object({ S: z.string() }) }) }),
    }),
  ),
});

const ofExecutions = Object.entries(streamTriggers).filter(
  ([, { table }]) => table === "Executions",
);

it.each(ofExecutions)("no heartbeat wakes %s", async (name, trigger) => {
  const engines = await startEngines();
  const resources = await ensureResources(engines);
  const { streamArn = "" } = take(resources.tables, trigger.table);
  const store = storeAt(engines.dynamodb);
  const streams = new DynamoDBStreamsClient(clientConfig(engines.dynamodb));
  const sqs = new SQSClient(clientConfig(engines.sqs));
  const checkpoint = openCheckpoint(join(engines.dataDir, "checkpoint.json"), streamArn);

  const seen: string[] = [];
  const running = startStreamTrigger({
    ...{ client: streams, sqs, name, streamArn, failuresUrl: "", checkpoint },
    ...{ batchSize: 100, windowSeconds: 0, filters: trigger.filters, maximumRetryAttempts: 0 },
    target: localFunction("count", { timeout: 5, memory: 128 }, (event) => {
      const { Records } = Event.parse(event);
      seen.push(...Records.map(({ dynamodb }) => dynamodb.NewImage.status.S));
    }),
  });
  onTestFinished(async () => {
    await running.stop();
    for (const client of [store.client, streams, sqs]) client.destroy();
    await engines.stop();
  });

  const { record } = await createExecution(store, createIdSource(Date.now), {
    request: { action_ref: "core.sleep" },
    config: null,
    idempotencyKey: "heartbeats",
    keyIsShared: false,
  });
  const hold = { id: record.id, worker: 7, attempt: 1 };
  await changeStatus(store, { id: record.id, to: "scheduling", by: "executor" });
  await handOff(store, record.id);
  await claim(store, hold);
  for (let beats = 0; beats < 25; beats++) expect((await beat(store, hold)).ok).toBe(true);
  expect((await finish(store, hold, "completed", null)).ok).toBe(true);

  await expect.poll(() => seen.at(-1), { timeout: 15_000, interval: 20 }).toBe("completed");
  expect(seen).toEqual(["requested", "scheduling", "scheduled", "running", "completed"]);
});
