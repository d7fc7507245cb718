/** How soon a change is told to whoever watches, against a consumer of the stream that does nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import { createLive } from "@attune/client/live";
import { startLocalStack } from "../../test/fixtures/stack.ts";
import { storeAt } from "../../test/fixtures/store.ts";
import { request } from "../executions.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { startStreamReader } from "./stream-reader.ts";

export interface LiveLatency {
  /** Milliseconds from the answer to a write until a client is told. */
  readonly told: Spread;
  /** Until the bare consumer has read it, in the same run. */
  readonly read: Spread;
}

const CHANGES = 200;

/** New executions, one after the other, at any moment between two looks at the stream. */
export async function measureLiveLatency(): Promise<LiveLatency> {
  const stack = await startLocalStack({ WORKER: "off", POWERTOOLS_LOG_LEVEL: "ERROR" });
  const store = storeAt(stack.dynamodb);
  const told = new Map<number, number>();
  const read = new Map<number, number>();
  const reader = await startStreamReader(stack.dynamodb, (id) => read.set(id, performance.now()));
  const live = createLive({ url: `${stack.api.replace("http", "ws")}/ws` });
  const events = live.events();
  try {
    await events.next();
    const listening = (async () => {
      for await (const event of events) {
        if (event.type === "execution.created") told.set(event.data.id, performance.now());
        if (told.size === CHANGES) return;
      }
    })();
    const written = new Map<number, number>();
    for (let change = 0; change < CHANGES; change++) {
      const { id } = await request(store);
      written.set(id, performance.now());
      await sleep(100 + Math.random() * 100);
    }
    await listening;
    // The first ones open connections and load code.
    const warm = [...written].slice(CHANGES / 10);
    const after = (times: ReadonlyMap<number, number>) =>
      spreadOf(warm.map(([id, at]) => (times.get(id) ?? Number.NaN) - at));
    return { told: after(told), read: after(read) };
  } finally {
    await reader.stop();
    store.client.destroy();
    await stack.stop();
  }
}
