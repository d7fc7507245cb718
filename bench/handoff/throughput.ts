import type { Api } from "../../test/fixtures/api.ts";
import { until } from "../../test/fixtures/executions.ts";
import { type Queues, requestMessage } from "../../test/fixtures/sqs.ts";

const EXECUTIONS = 300;

/** Executions a second, from request to completed, when all are requested at once. */
export async function measureThroughput(api: Api, queues: Queues): Promise<number> {
  const { completed: before = 0 } = await api.stats();
  const bodies = Array.from({ length: EXECUTIONS }, () =>
    requestMessage({ action_ref: "core.echo" }),
  );
  const start = performance.now();
  await queues.send("execution-requests", bodies);
  await until(
    () => api.stats(),
    ({ completed = 0 }) => completed === before + EXECUTIONS,
    { seconds: 60 },
  );
  return EXECUTIONS / ((performance.now() - start) / 1_000);
}
