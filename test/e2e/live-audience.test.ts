import { accessPatterns } from "@attune/store/access-patterns/index";
import { LANE } from "@attune/store/live/entries";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { liveClients } from "../fixtures/live.ts";
import { startService } from "../fixtures/service.ts";
import { storeAt } from "../fixtures/store.ts";

const { api, queues, stack } = await startService();
const connect = liveClients(stack.api);
const { client, tables } = storeAt(stack.dynamodb);

async function countEntries(): Promise<number> {
  const given = { lane: LANE, after: 0, order: "oldest", limit: 100 } as const;
  const params = accessPatterns.liveEntries.params(tables, given);
  return (await client.send(new QueryCommand(params))).Count ?? 0;
}

/** Requests an execution, and waits for its end to be told to the queue. */
async function run(): Promise<number> {
  const { id } = One.parse((await api.post("", { action_ref: "core.echo" })).json).data;
  await until(
    async () => (await queues.receive("execution-events", 1)).map(({ Body = "" }) => Body),
    (bodies) =>
      bodies.some((body) => body.includes("execution.completed") && body.includes(`${id}`)),
  );
  return id;
}

it("the live log is written from the first subscription on, and not before", async () => {
  await run();
  expect(await countEntries()).toBe(0);
  const live = await connect();
  await live.subscribe();
  const id = await run();
  await until(
    async () => live.told(),
    (told) => told.length >= 5,
  );
  expect(live.told().at(-1)).toBe(`${id} 5 completed`);
  expect(await countEntries()).toBeGreaterThan(0);
});
