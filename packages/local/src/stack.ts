import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import { startBuiltinWorker } from "./builtin-worker.ts";
import { clientConfig } from "./clients.ts";
import { startDynamoDb } from "./engines/dynamodb.ts";
import { lockFolder } from "./engines/lock.ts";
import { assertPortFree } from "./engines/ports.ts";
import { startSqs } from "./engines/sqs.ts";
import { indexStreams, trimStreams } from "./engines/streams.ts";
import { jsonAnswer } from "./http/answer.ts";
import { gateway } from "./http/gateway.ts";
import { startHttpServer } from "./http/server.ts";
import { loadFunctions } from "./invoke.ts";
import { manageConnections } from "./live/management.ts";
import { openSockets } from "./live/sockets.ts";
import { upgradeTo } from "./live/upgrade.ts";
import { ensureSecrets } from "./resources/secrets.ts";
import { ensureResources, lambdaEnvironment, type Resources, take } from "./resources.ts";
import type { Settings } from "./settings.ts";
import { consumedStreams, openStreams, startTriggers } from "./triggers.ts";

export interface Stack {
  /** Addresses. */
  readonly api: string;
  readonly dynamodb: string;
  readonly sqs: string;
  /** Finishes what is in flight, five seconds at most, and ends the engines. */
  stop(): Promise<void>;
}

type Cleanup = () => Promise<void> | void;

/** Starts the whole service. What was started is stopped again when a later part does not start. */
export async function startStack(settings: Settings): Promise<Stack> {
  const cleanups: Cleanup[] = [];
  const stop = async () => {
    for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop())
      await cleanup();
  };
  try {
    const addresses = await start(settings, (cleanup) => cleanups.push(cleanup));
    return { ...addresses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(settings: Settings, onStop: (cleanup: Cleanup) => void) {
  const dataDir = resolve(settings.DATA_DIR);
  const lock = lockFolder(dataDir);
  onStop(() => lock.release());
  if (settings.PORT !== 0) await assertPortFree(settings.PORT, "PORT");
  const servers = await startServers(settings, dataDir, onStop);
  const resources = await ensureResources(servers);
  const streams = openStreams(dataDir, resources);
  if (settings.DYNAMODB_ENDPOINT === undefined) trimStreams(dataDir, consumedStreams(streams));

  const sockets = openSockets();
  const management = await startHttpServer(0, manageConnections(sockets));
  onStop(() => management.stop(0));
  const endpoints = { ...servers, live: management.url };
  Object.assign(process.env, lambdaEnvironment(endpoints, resources, ensureSecrets(dataDir)));
  const functions = await loadFunctions();
  const http = await startHttpServer(
    settings.PORT,
    gateway(functions, { "/local/resources": () => jsonAnswer(200, { data: names(resources) }) }),
    upgradeTo(sockets, functions),
  );
  onStop(() => http.stop(grace));
  onStop(() => sockets.closeAll());

  const clients = {
    sqs: new SQSClient({ ...clientConfig(servers.sqs), useQueueUrlAsEndpoint: false }),
    streams: new DynamoDBStreamsClient(clientConfig(servers.dynamodb)),
  };
  const triggers = startTriggers({ resources, streams, functions, clients });
  onStop(() => within(grace, triggers.stop()));
  if (settings.WORKER === "on") {
    const worker = startBuiltinWorker({
      api: http.url,
      queueUrl: take(resources.queues, "ExecutionScheduled").url,
      sqsEndpoint: servers.sqs,
    });
    // First of all: it needs the API to say what became of its execution.
    onStop(() => within(grace, worker.stop()));
  }
  return { api: http.url, ...servers };
}

/** Milliseconds that each of worker, triggers and API has to come to its end. */
const grace = 1_500;

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  await Promise.race([work, sleep(milliseconds, undefined, { ref: false })]);
}

/** The addresses of the servers; starts an engine for each that the settings do not name. */
async function startServers(
  settings: Settings,
  dataDir: string,
  onStop: (cleanup: Cleanup) => void,
) {
  const { DYNAMODB_ENDPOINT: dynamodb, SQS_ENDPOINT: sqs, S3_ENDPOINT: s3 } = settings;
  const engines = await Promise.allSettled([
    dynamodb ? { url: dynamodb } : startDynamoDb({ port: settings.DYNAMODB_PORT, dataDir }),
    // One engine serves SQS and S3.
    sqs && s3 ? { url: sqs } : startSqs({ port: settings.SQS_PORT, dataDir }),
  ]);
  for (const engine of engines)
    if (engine.status === "fulfilled" && "stop" in engine.value) {
      const { stop } = engine.value;
      onStop(stop);
    }
  const [first, second] = engines;
  if (first.status === "rejected") throw first.reason;
  if (second.status === "rejected") throw second.reason;
  if (dynamodb === undefined) indexStreams(dataDir);
  return { dynamodb: first.value.url, sqs: sqs ?? second.value.url, s3: s3 ?? second.value.url };
}

/** What `GET /local/resources` answers. */
function names({ tables, queues, buckets }: Resources) {
  return {
    tables: Object.fromEntries([...tables].map(([resource, { name }]) => [resource, name])),
    queues: Object.fromEntries([...queues.values()].map(({ name, url }) => [name, url])),
    buckets: Object.fromEntries([...buckets].map(([resource, { name }]) => [resource, name])),
  };
}
