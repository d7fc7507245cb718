/** The service's own functions behind HTTP, each call to DynamoDB counted; nothing runs but what is called. */
import { gateway } from "@attune/local/http/gateway";
import { startHttpServer } from "@attune/local/http/server";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment, take } from "@attune/local/resources";
import { apiAt } from "../test/fixtures/api.ts";
import { startDynamoDbProxy } from "../test/fixtures/dynamodb-proxy.ts";
import { startEngines } from "../test/fixtures/engines.ts";
import { storeAt } from "../test/fixtures/store.ts";

/** Milliseconds that a call takes longer: calls that are made side by side are seen to overlap. */
const NETWORK_MS = 10;

/**
 * Starts engines, a proxy that counts, and the functions, in this process: once a process, since the
 * functions read their environment once. No queue, stream or schedule triggers any of them. Without
 * `dataDir` the data are gone when it stops.
 */
export async function startCountedService(options: { dataDir?: string } = {}) {
  const engines = await startEngines(options);
  const proxy = await startDynamoDbProxy({ target: engines.dynamodb, delay: NETWORK_MS });
  const resources = await ensureResources(engines);
  const environment = lambdaEnvironment({ dynamodb: proxy.url, sqs: engines.sqs }, resources);
  Object.assign(process.env, environment, { POWERTOOLS_LOG_LEVEL: "WARN" });
  const functions = await loadFunctions();
  const http = await startHttpServer(0, gateway(functions, {}));
  const store = storeAt(engines.dynamodb);
  const countedStore = storeAt(proxy.url);
  const operations = new Set<string>();

  return {
    api: apiAt(http.url),
    executor: take(functions, "executor"),
    /** Beside the proxy, for what has to be there before something is measured. */
    store,
    /** Through the proxy. */
    countedStore,
    /** What some work asked of DynamoDB. */
    async callsOf(work: () => Promise<unknown>) {
      proxy.reset();
      await work();
      const calls = proxy.log();
      for (const { operation } of calls) operations.add(operation);
      return calls;
    },
    /** Whatever all that work asked of DynamoDB, by its name. */
    operations,
    async stop() {
      await http.stop(1_000);
      store.client.destroy();
      countedStore.client.destroy();
      await proxy.stop();
      await engines.stop();
    },
  };
}
export type CountedService = Awaited<ReturnType<typeof startCountedService>>;
