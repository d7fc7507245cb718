import { createClient } from "@attune/client/create-client";
import { expect, it } from "vitest";
import { startFaultyService } from "../fixtures/service.ts";

const { stack, proxy } = await startFaultyService();

/** A client, and the statuses that it was answered. */
function watched() {
  const statuses: number[] = [];
  const client = createClient({
    url: stack.api,
    fetch: async (...request) => {
      const response = await fetch(...request);
      statuses.push(response.status);
      return response;
    },
  });
  return { executions: client.executions, statuses };
}

/** The service stores an execution, hears nothing of it at any of its three tries, and says 503. */
const loseWrites = () =>
  proxy.inject({ kind: "lose-answer", operation: "PutItem", table: "Executions", times: 3 });

it("makes one execution, though the service could not say that it had", async () => {
  const { executions, statuses } = watched();
  loseWrites();
  const { id } = await executions.request({ action_ref: "core.echo", enforcement: 1 });
  expect(statuses).toEqual([503, 200]);
  const { data } = await executions.list({ enforcement: 1 });
  expect(data.map((one) => one.id)).toEqual([id]);
});

it("leaves a retry at that, which can be found", async () => {
  const { executions, statuses } = watched();
  const { id } = await executions.request({ action_ref: "core.fail" });
  await executions.wait(id);
  statuses.length = 0;
  loseWrites();
  await expect(executions.retry(id)).rejects.toMatchObject({ status: 503, retryAfter: 1_000 });
  expect(statuses).toEqual([503]);
  expect((await executions.list({ original_execution: id })).data).toHaveLength(1);
});
