import { afterAll, beforeAll, expect, it } from "vitest";
import { type Api, apiAt, One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

let stack: LocalStack;
let api: Api;
beforeAll(async () => {
  stack = await startLocalStack();
  api = apiAt(stack.api);
});
afterAll(() => stack.stop());

async function request(action_ref: string, config?: unknown): Promise<number> {
  const { json } = await api.post("", { action_ref, config });
  return One.parse(json).data.id;
}

const reaches = (id: number, status: string) =>
  until(
    () => api.get(id),
    (execution) => execution.status === status,
  );

it.each([
  ["core.echo", { a: [1] }, "completed", { a: [1] }],
  ["core.echo", undefined, "completed", null],
  ["core.sleep", { seconds: 0.01 }, "completed", { slept_seconds: 0.01 }],
  [
    "core.sleep",
    { seconds: "long" },
    "failed",
    { error: expect.stringMatching(/^config is not valid: seconds: /), details: expect.any(Array) },
  ],
  ["core.fail", { message: "on purpose" }, "failed", { error: "on purpose" }],
  ["core.fail", undefined, "failed", { error: "core.fail was asked to fail" }],
  [
    "core.unknown",
    undefined,
    "failed",
    {
      error: "The worker does not know core.unknown; it knows core.echo, core.sleep, core.fail",
    },
  ],
])("the built-in worker runs %s with %j", async (action_ref, config, status, result) => {
  const execution = await reaches(await request(action_ref, config), status);
  expect(execution.result).toEqual(result);
  expect(execution.executor).toBeGreaterThan(0);
});

it("the built-in worker heeds a cancel at its next heartbeat", async () => {
  const id = await request("core.sleep", { seconds: 600 });
  await reaches(id, "running");
  expect((await api.post(`/${id}/cancel`, "")).status).toBe(202);
  expect((await reaches(id, "cancelled")).result).toEqual({ error: "Cancelled" });
});
