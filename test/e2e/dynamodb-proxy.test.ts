import { clientConfig } from "@attune/local/clients";
import { ensureResources } from "@attune/local/resources";
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type DynamoDbProxy, startDynamoDbProxy } from "../fixtures/dynamodb-proxy.ts";
import { type Engines, startEngines } from "../fixtures/engines.ts";

let engines: Engines;
let proxy: DynamoDbProxy;
let client: DynamoDBDocumentClient;

/** One try, so that each fault is met once. */
const clientOf = (endpoint: string) =>
  DynamoDBDocumentClient.from(new DynamoDBClient({ ...clientConfig(endpoint), maxAttempts: 1 }));

beforeAll(async () => {
  engines = await startEngines();
  await ensureResources(engines);
  proxy = await startDynamoDbProxy({ target: engines.dynamodb });
  client = clientOf(proxy.url);
});
afterEach(() => proxy.reset());
afterAll(async () => {
  client.destroy();
  await proxy.stop();
  await engines.stop();
});

const put = (key: string) => new PutCommand({ TableName: "Counters", Item: { key, n: 1 } });
const get = (key: string) => new GetCommand({ TableName: "Counters", Key: { key } });
const add = (key: string) => ({
  Update: {
    TableName: "Counters",
    Key: { key },
    UpdateExpression: "ADD n :one",
    ExpressionAttributeValues: { ":one": 1 },
  },
});

/** The log without its times. */
const logged = () =>
  proxy.log().map(({ start, end, ...call }) => {
    expect(end).toBeGreaterThanOrEqual(start);
    return call;
  });

describe("the log of the proxy", () => {
  it("has what each kind of call consumed, by table and index", async () => {
    const item = { id: 7, feed_key: "all", status_key: "requested", action_key: "core.echo" };
    await client.send(new PutCommand({ TableName: "Executions", Item: item }));
    await client.send(
      new UpdateCommand({
        TableName: "Executions",
        Key: { id: 7 },
        UpdateExpression: "SET #status = :to",
        ExpressionAttributeNames: { "#status": "status_key" },
        ExpressionAttributeValues: { ":to": "scheduling" },
      }),
    );
    await client.send(
      new QueryCommand({
        TableName: "Executions",
        IndexName: "by_feed",
        KeyConditionExpression: "feed_key = :all",
        ExpressionAttributeValues: { ":all": "all" },
      }),
    );
    const about = { tables: ["Executions"], index: undefined, status: 200, fault: undefined };
    expect(logged()).toEqual([
      {
        ...about,
        operation: "PutItem",
        readUnits: 0,
        writeUnits: 4,
        units: {
          Executions: 1,
          "Executions/by_feed": 1,
          "Executions/by_status": 1,
          "Executions/by_action": 1,
        },
        items: 0,
      },
      {
        ...about,
        operation: "UpdateItem",
        readUnits: 0,
        writeUnits: 3,
        // Another key: one entry deleted, one put.
        units: { Executions: 1, "Executions/by_status": 2 },
        items: 0,
      },
      {
        ...about,
        operation: "Query",
        index: "by_feed",
        readUnits: 0.5,
        writeUnits: 0,
        units: { "Executions/by_feed": 0.5 },
        items: 1,
      },
    ]);
  });

  it("counts a transaction twice, and a batch by its items", async () => {
    await client.send(new TransactWriteCommand({ TransactItems: [add("one"), add("two")] }));
    await client.send(
      new BatchGetCommand({
        RequestItems: {
          Counters: { Keys: [{ key: "one" }, { key: "two" }, { key: "none" }] },
          Payloads: { Keys: [{ key: "none" }], ConsistentRead: true },
        },
      }),
    );
    expect(logged()).toMatchObject([
      { tables: ["Counters"], writeUnits: 4, units: { Counters: 4 } },
      {
        tables: ["Counters", "Payloads"],
        readUnits: 2.5,
        units: { Counters: 1.5, Payloads: 1 },
        items: 2,
      },
    ]);
  });

  it("leaves the answer as the client asked for it", async () => {
    const without = await client.send(put("answers"));
    expect(without.ConsumedCapacity).toBeUndefined();
    const withTotal = await client.send(
      new GetCommand({
        TableName: "Counters",
        Key: { key: "answers" },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(withTotal.ConsumedCapacity).toEqual({ TableName: "Counters", CapacityUnits: 0.5 });
    expect(withTotal.Item).toEqual({ key: "answers", n: 1 });
    expect(logged()).toMatchObject([{ writeUnits: 1 }, { readUnits: 0.5 }]);
  });

  it("has a refused condition as the 400 that it is", async () => {
    const condition = { ConditionExpression: "attribute_exists(nowhere)" };
    const refused = new PutCommand({ ...put("refused").input, ...condition });
    await expect(client.send(refused)).rejects.toThrow("conditional");
    expect(logged()).toMatchObject([{ operation: "PutItem", status: 400 }]);
  });
});

describe("a fault", () => {
  const stored = async (key: string) => {
    const direct = clientOf(engines.dynamodb);
    const { Item } = await direct.send(get(key));
    direct.destroy();
    return Item !== undefined;
  };

  it.each([
    { kind: "refuse", isStored: false, error: /socket hang up|ECONNRESET/ },
    { kind: "lose-answer", isStored: true, error: /socket hang up|ECONNRESET/ },
    {
      kind: "throttle",
      isStored: false,
      error: { name: "ProvisionedThroughputExceededException" },
    },
    { kind: "unavailable", isStored: false, error: { name: "InternalServerError" } },
  ] as const)(
    "$kind: stored $isStored, and the client is told",
    async ({ kind, isStored, error }) => {
      proxy.inject({ kind, times: 1 });
      const failure: unknown = await client.send(put(kind)).catch((thrown: unknown) => thrown);
      if (error instanceof RegExp) expect(String(failure)).toMatch(error);
      else expect(failure).toMatchObject(error);
      expect(await stored(kind)).toBe(isStored);
      await client.send(put(kind));
      expect(logged()).toMatchObject([{ fault: kind }, { fault: undefined, status: 200 }]);
    },
  );

  it("hang: nothing is stored and nothing answered", async () => {
    proxy.inject({ kind: "hang", times: 1 });
    const abort = new AbortController();
    const hanging = client.send(put("hang"), { abortSignal: abort.signal });
    await expect.poll(() => logged()).toMatchObject([{ fault: "hang", status: undefined }]);
    abort.abort();
    await expect(hanging).rejects.toThrow();
    expect(await stored("hang")).toBe(false);
  });

  it("transaction-conflict: of a transaction alone, with a reason for each item", async () => {
    proxy.inject({ kind: "transaction-conflict", times: 1 });
    await client.send(put("conflict"));
    const TransactItems = [add("conflict"), add("other")];
    const failure: unknown = await client
      .send(new TransactWriteCommand({ TransactItems }))
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(TransactionCanceledException);
    expect(failure).toMatchObject({
      CancellationReasons: [{ Code: "TransactionConflict" }, { Code: "None" }],
    });
    expect(await stored("other")).toBe(false);
  });

  it("hits only what it names, as often as it says, until it is taken back", async () => {
    proxy.inject({ kind: "unavailable", operation: "PutItem", table: "Idempotency" });
    await client.send(put("named"));
    await client.send(get("named"));
    proxy.reset();

    proxy.inject({ kind: "throttle", operation: "GetItem", times: 2 });
    const takeBack = proxy.inject({ kind: "unavailable", operation: "GetItem" });
    for (const name of [
      "ProvisionedThroughputExceededException",
      "ProvisionedThroughputExceededException",
      "InternalServerError",
      "InternalServerError",
    ])
      await expect(client.send(get("named"))).rejects.toMatchObject({ name });
    takeBack();
    await client.send(get("named"));
  });
});
