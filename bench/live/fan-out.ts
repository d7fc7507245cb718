/** What telling a change costs, by the number of those who listen. */
import { setTimeout as sleep } from "node:timers/promises";
import { createLive } from "@attune/client/live";
import { putSubscription, subscriptionOf } from "@attune/store/live/subscriptions";
import type { Store } from "@attune/store/store";
import { type DynamoDbProxy, startDynamoDbProxy } from "../../test/fixtures/dynamodb-proxy.ts";
import { startEngines } from "../../test/fixtures/engines.ts";
import { startLocalStack } from "../../test/fixtures/stack.ts";
import { storeAt } from "../../test/fixtures/store.ts";
import { type Cost, costOf } from "../cost.ts";
import { request } from "../executions.ts";

export interface FanOut {
  readonly subscribers: number;
  /** Clients that the change was told. */
  readonly told: number;
  /** What the log and the search for subscribers cost. */
  readonly cost: Cost;
}

const SUBSCRIBERS = [1, 100, 10_000] as const;
const MATCHING = 10;
const WATCHED = 7;

/** Listens to the watched enforcement; `next` resolves with the next change. */
async function watch(url: string) {
  const events = createLive({ url }).events({ enforcement: WATCHED });
  await events.next();
  return events;
}

/** Subscriptions to enforcements that nothing happens in. */
async function addOthers(store: Store, from: number, to: number) {
  const left = Array.from({ length: to - from }, (_, at) => from + at);
  const add = async () => {
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      const filter = { enforcement: 1_000 + at };
      const asked = { id: "default", filter, result: false, logs: false, batch: false };
      await putSubscription(store, subscriptionOf(store, `somebody ${at}`, asked));
    }
  };
  await Promise.all(Array.from({ length: 8 }, add));
}

/** The calls for what live subscribers are told, once the notifier has noted that it was. */
async function callsOf(proxy: DynamoDbProxy) {
  const isNoted = () => proxy.log().some(({ tables }) => tables.includes("LiveLog"));
  while (!isNoted()) await sleep(10);
  await sleep(200);
  const own = ["LiveLog", "Subscriptions", "Connections"];
  return proxy
    .log()
    .filter(
      ({ operation, tables }) =>
        tables.some((name) => own.includes(name)) && operation !== "GetRecords",
    );
}

/** One new execution, for each number of subscribers. */
export async function measureFanOut(): Promise<FanOut[]> {
  const engines = await startEngines();
  const proxy = await startDynamoDbProxy({ target: engines.dynamodb });
  const stack = await startLocalStack({ DYNAMODB_ENDPOINT: proxy.url, WORKER: "off" });
  const store = storeAt(engines.dynamodb);
  const watchers: Awaited<ReturnType<typeof watch>>[] = [];
  const measured: FanOut[] = [];
  let others = 0;
  try {
    // The first change begins the log, and opens connections.
    await request(store);
    await callsOf(proxy);
    for (const subscribers of SUBSCRIBERS) {
      while (watchers.length < Math.min(subscribers, MATCHING))
        watchers.push(await watch(`${stack.api.replace("http", "ws")}/ws`));
      await addOthers(store, others, subscribers - watchers.length);
      others = subscribers - watchers.length;
      proxy.reset();
      await request(store, { enforcement: WATCHED });
      const events = await Promise.all(watchers.map((events) => events.next()));
      const told = events.filter(({ value }) => value?.type === "execution.created").length;
      measured.push({ subscribers, told, cost: costOf(await callsOf(proxy)) });
    }
    return measured;
  } finally {
    await Promise.all(watchers.map((events) => events.return()));
    store.client.destroy();
    await stack.stop();
    await proxy.stop();
    await engines.stop();
  }
}
