import { once } from "node:events";
import type { Api } from "../../test/fixtures/api.ts";
import { until } from "../../test/fixtures/executions.ts";
import type { Queues } from "../../test/fixtures/sqs.ts";
import type { LocalStack } from "../../test/fixtures/stack.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { requestSome, startWorker } from "./fleet.ts";

const CANCELS = 20;

/** From the call that cancels a running execution to the abort of its action's signal. */
export async function measureCancels(stack: LocalStack, api: Api, queues: Queues): Promise<Spread> {
  const stops = new Map<number, number>();
  const started = new Set<number>();
  const fleet = startWorker(stack, queues, async (id, signal) => {
    started.add(id);
    await once(signal, "abort");
    stops.set(id, performance.now());
    throw signal.reason;
  });
  try {
    const ids = await requestSome(api, CANCELS);
    await until(
      async () => started.size,
      (size) => size === CANCELS,
    );
    const asked = new Map<number, number>();
    for (const id of ids) {
      asked.set(id, performance.now());
      await api.post(`/${id}/cancel`, "");
    }
    await until(
      async () => stops.size,
      (size) => size === CANCELS,
    );
    return spreadOf(ids.map((id) => (stops.get(id) ?? 0) - (asked.get(id) ?? 0)));
  } finally {
    await fleet.stop({ drainSeconds: 2 });
  }
}
