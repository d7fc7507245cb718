import { createClient } from "@attune/client/create-client";
import { createLive } from "@attune/client/live";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apiAt } from "../fixtures/api.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ WORKER: "off" });
});
afterAll(() => stack.stop());

/** A client, and how often it has read an execution since it was told that it is told of all that follows. */
function watched(url: string) {
  let reads = Number.NaN;
  const live = createLive({ url, tries: 1 });
  const { executions } = createClient({
    url: stack.api,
    live: {
      async *events(...asked) {
        for await (const event of live.events(...asked)) {
          if (event.type === "subscribed") reads = 0;
          yield event;
        }
      },
    },
    fetch: (request, init) => {
      if (init?.method === "GET") reads++;
      return fetch(request, init);
    },
  });
  return { executions, reads: () => reads };
}

async function run(id: number) {
  const api = apiAt(stack.api);
  await expect.poll(() => api.get(id), { timeout: 20_000 }).toMatchObject({ status: "scheduled" });
  await api.post(`/${id}/claim`, { worker_id: 7, attempt: 1 });
  await api.post(`/${id}/finish`, {
    worker_id: 7,
    attempt: 1,
    status: "completed",
    result: "done",
  });
}

it("reads an execution when it is told of all that follows, and at its end", async () => {
  const { executions, reads } = watched(`${stack.api.replace("http", "ws")}/ws`);
  const { id } = await executions.request({ action_ref: "core.echo" });
  const waiting = executions.wait(id);
  await expect.poll(reads, { interval: 10, timeout: 20_000 }).toBe(1);
  await run(id);
  expect(await waiting).toMatchObject({ status: "completed", result: "done" });
  expect(reads()).toBe(2);
});

it("polls where nobody tells it", async () => {
  const { executions } = watched("ws://127.0.0.1:1");
  const { id } = await executions.request({ action_ref: "core.echo" });
  const waiting = executions.wait(id);
  await run(id);
  expect(await waiting).toMatchObject({ status: "completed" });
});
