import { json } from "node:stream/consumers";
import { ensureResources } from "@attune/local/resources";
import { readBatch } from "@attune/store/batch";
import type { Store } from "@attune/store/store";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import * as z from "zod/mini";
import { type DynamoDbProxy, startDynamoDbProxy } from "../fixtures/dynamodb-proxy.ts";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { serveLoopback } from "../fixtures/loopback.ts";
import { storeAt } from "../fixtures/store.ts";

type Table = "Counters" | "Payloads";

const Item = z.object({ key: z.string() });
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `item ${at}`);

let engines: Engines;
let proxy: DynamoDbProxy;
let store: Store;
beforeAll(async () => {
  engines = await startEngines();
  await ensureResources(engines);
  proxy = await startDynamoDbProxy({ target: engines.dynamodb });
  store = storeAt(proxy.url);
  for (const table of ["Counters", "Payloads"] as const)
    await Promise.all(
      numbered(40).map((key) =>
        store.client.send(new PutCommand({ TableName: store.tables[table], Item: { key } })),
      ),
    );
});
beforeEach(() => proxy.reset());
afterAll(async () => {
  store.client.destroy();
  await proxy.stop();
  await engines.stop();
});

async function read(table: Table, keys: readonly string[], from = store, way = {}) {
  const request = { [from.tables[table]]: { ...way, Keys: keys.map((key) => ({ key })) } };
  const items = await readBatch(from.client, { RequestItems: request }, Item);
  return items.map(({ key }) => key);
}
const tablesAsked = () => proxy.log().map(({ tables }) => tables);
const sorted = (keys: readonly string[]) => keys.toSorted();

it("gives what is there, each table its own", async () => {
  const [counters, payloads] = await Promise.all([
    read("Counters", ["item 1", "item 40"]),
    read("Payloads", ["item 2", "item 3"]),
  ]);
  expect(counters).toEqual(["item 1"]);
  expect(sorted(payloads)).toEqual(["item 2", "item 3"]);
});

it("asks for two tables at the same time in one request, and one after the other in two", async () => {
  await Promise.all([read("Counters", ["item 1"]), read("Payloads", ["item 2"])]);
  expect(tablesAsked()).toEqual([["Counters", "Payloads"]]);
  await read("Counters", ["item 1"]);
  await read("Payloads", ["item 2"]);
  expect(tablesAsked().slice(1)).toEqual([["Counters"], ["Payloads"]]);
});

it("asks once for what is asked for twice at the same time, and gives each its own", async () => {
  const both = await Promise.all([
    read("Counters", ["item 1", "item 2"]),
    read("Counters", ["item 2", "item 3"]),
  ]);
  expect(both.map(sorted)).toEqual([
    ["item 1", "item 2"],
    ["item 2", "item 3"],
  ]);
  expect(proxy.log()).toMatchObject([{ tables: ["Counters"], items: 3 }]);
});

it("asks by itself for what is to be read in another way", async () => {
  const how = { ProjectionExpression: "#key", ExpressionAttributeNames: { "#key": "key" } };
  const ways = [{}, { ConsistentRead: true }, how];
  const found = await Promise.all(ways.map((way) => read("Counters", ["item 1"], store, way)));
  expect(found).toEqual(ways.map(() => ["item 1"]));
  expect(tablesAsked()).toEqual(ways.map(() => ["Counters"]));
});

it("puts a hundred keys in a request at most, of all its tables together", async () => {
  const [counters, payloads] = await Promise.all([
    read("Counters", numbered(230)),
    read("Payloads", numbered(71)),
  ]);
  expect(sorted(counters)).toEqual(sorted(numbered(40)));
  expect(sorted(payloads)).toEqual(sorted(numbered(40)));
  expect(tablesAsked()).toEqual([["Counters"], ["Counters"], ["Counters"], ["Payloads"]]);
  proxy.reset();
  await Promise.all([read("Counters", numbered(230)), read("Payloads", numbered(70))]);
  expect(tablesAsked()).toEqual([["Counters"], ["Counters"], ["Counters", "Payloads"]]);
});

it("asks nothing where there is nothing to ask for", async () => {
  expect(await read("Counters", [])).toEqual([]);
  expect(proxy.log()).toEqual([]);
});

it("fails for all that asked, where the request fails, and not for those who ask next", async () => {
  const stop = proxy.inject({ operation: "BatchGetItem", kind: "unavailable" });
  const outcomes = await Promise.allSettled([
    read("Counters", ["item 1"]),
    read("Payloads", ["item 1"]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  stop();
  expect(await read("Counters", ["item 1"])).toEqual(["item 1"]);
});

const Asked = z.object({
  RequestItems: z.record(
    z.string(),
    z.object({ Keys: z.array(z.object({ key: z.object({ S: z.string() }) })) }),
  ),
});

/** A server that gives one item at a time, those that are not stuck first: an answer has 16 MB at most. */
async function startStingy() {
  let calls = 0;
  const server = await serveLoopback(async (request, response) => {
    calls++;
    const { RequestItems } = Asked.parse(await json(request));
    const Responses: Record<string, object[]> = {};
    const UnprocessedKeys: Record<string, object> = {};
    for (const [table, { Keys }] of Object.entries(RequestItems)) {
      const given = Keys.find(({ key }) => key.S !== "stuck");
      const left = Keys.filter((key) => key !== given);
      Responses[table] = given ? [given] : [];
      if (left.length > 0) UnprocessedKeys[table] = { Keys: left };
    }
    response.setHeader("content-type", "application/x-amz-json-1.0");
    response.end(JSON.stringify({ Responses, UnprocessedKeys }));
  });
  onTestFinished(server.stop);
  return { store: storeAt(server.url), calls: () => calls };
}

it("asks again for what an answer left out, and gives up after eight times", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  onTestFinished(() => void vi.restoreAllMocks());
  const stingy = await startStingy();
  const [counters, payloads] = await Promise.all([
    read("Counters", numbered(3), stingy.store),
    read("Payloads", numbered(2), stingy.store),
  ]);
  expect([counters, payloads]).toEqual([numbered(3), numbered(2)]);
  expect(stingy.calls()).toBe(3);
  const failing = read("Counters", [...numbered(1), "stuck"], stingy.store);
  await expect(failing).rejects.toMatchObject({ status: 503 });
  expect(stingy.calls()).toBe(3 + 8);
});
