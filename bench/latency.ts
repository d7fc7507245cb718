/** Latency, against the least that the same engines take for the same. */
import { accessPatterns } from "@attune/store/access-patterns/index";
import type { Store } from "@attune/store/store";
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type Api, apiAt } from "../test/fixtures/api.ts";
import { startLocalStack } from "../test/fixtures/stack.ts";
import { storeAt } from "../test/fixtures/store.ts";
import { createExecutions, request } from "./executions.ts";
import { spreadOf } from "./spread.ts";

export interface Latency {
  /** Median milliseconds: of the service, and of what it is compared with. */
  readonly service: number;
  readonly bare: number;
}

const EXECUTIONS = 100;
const READS = 200;

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
  service: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Latency> {
  const taken: { service: number; bare: number }[] = [];
  for (let turn = 0; turn < READS; turn++)
    taken.push({ service: await service(), bare: await bare() });
  // The first ones open connections and load code.
  const warm = taken.slice(READS / 10);
  return {
    service: spreadOf(warm.map((one) => one.service)).p50,
    bare: spreadOf(warm.map((one) => one.bare)).p50,
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
        () => timed(() => answered(api.text(`/${id}`))),
        () => timed(() => store.client.send(new GetCommand(get))),
      ),
    list: () =>
      compare(
        () => timed(() => answered(api.text(""))),
        () => timed(() => store.client.send(new QueryCommand(query))),
      ),
  };
}

/** Measures the reads of a local stack. */
export async function measureLatency(): Promise<ReadonlyMap<string, Latency>> {
  const stack = await startLocalStack();
  const store = storeAt(stack.dynamodb);
  try {
    await createExecutions(store, EXECUTIONS);
    const { id } = await request(store);
    const reads = compareReads(apiAt(stack.api), store, id);
    return new Map([
      ["`GET /{id}` against GetItem", await reads.get()],
      ["`GET /` against Query of 20", await reads.list()],
    ]);
  } finally {
    store.client.destroy();
    await stack.stop();
  }
}
