import { ExecutionScheduled } from "@attune/domain/messages";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Api } from "../../test/fixtures/api.ts";
import { until } from "../../test/fixtures/executions.ts";
import type { Queues } from "../../test/fixtures/sqs.ts";
import type { LocalStack } from "../../test/fixtures/stack.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { requestSome, startWorker, VISIBILITY_SECONDS } from "./fleet.ts";

const DEATHS = 10;

/** From the last sign of life of a worker, its claim, to the end that another worker's claim brings about. */
export async function measureDeaths(stack: LocalStack, api: Api, queues: Queues): Promise<Spread> {
  const ids = new Set(await requestSome(api, DEATHS));
  const deaths = new Map<number, number>();
  while (deaths.size < DEATHS) {
    const receive = new ReceiveMessageCommand({
      ...{ QueueUrl: queues.url("execution-scheduled"), MaxNumberOfMessages: 10 },
      ...{ WaitTimeSeconds: 1, VisibilityTimeout: VISIBILITY_SECONDS },
    });
    const { Messages = [] } = await queues.client.send(receive);
    for (const { Body = "" } of Messages) {
      const { execution_id: id, attempt } = ExecutionScheduled.parse(JSON.parse(Body)).payload;
      if (!ids.has(id)) continue;
      await api.post(`/${id}/claim`, { worker_id: 1, attempt });
      deaths.set(id, Date.now());
    }
  }
  const survivor = startWorker(stack, queues, () => Promise.resolve());
  try {
    const ended = await until(
      () => Promise.all([...ids].map((id) => api.get(id))),
      (all) => all.every(({ status }) => status === "abandoned"),
      { seconds: 30 },
    );
    return spreadOf(ended.map(({ id, updated }) => Date.parse(updated) - (deaths.get(id) ?? 0)));
  } finally {
    await survivor.stop({ drainSeconds: 0 });
  }
}
