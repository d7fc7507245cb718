import { clientConfig } from "@attune/local/clients";
import { ensureResources } from "@attune/local/resources";
import { ledgerKey } from "@attune/store/counters/keys";
import { advancePage } from "@attune/store/counters/ledger";
import { createIdSource } from "@attune/store/ids";
import { type Index, tables } from "@attune/topology/tables";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type IndexEntry,
  indexWriteUnits,
  readUnits,
  sizeOf,
  writeUnits,
} from "../../bench/units.ts";
import { type Engines, startEngines } from "../fixtures/engines.ts";

type Item = Readonly<Record<string, unknown>>;

let engines: Engines;
let client: DynamoDBDocumentClient;
beforeAll(async () => {
  engines = await startEngines();
  await ensureResources(engines);
  client = DynamoDBDocumentClient.from(new DynamoDBClient(clientConfig(engines.dynamodb)));
});
afterAll(async () => {
  client.destroy();
  await engines.stop();
});

const ReturnConsumedCapacity = "INDEXES";

async function put(TableName: string, Item: Item) {
  const command = new PutCommand({ TableName, Item, ReturnConsumedCapacity });
  const { ConsumedCapacity } = await client.send(command);
  const indexes = Object.entries(ConsumedCapacity?.GlobalSecondaryIndexes ?? {});
  return {
    table: ConsumedCapacity?.Table?.CapacityUnits,
    indexes: Object.fromEntries(indexes.map(([name, units]) => [name, units.CapacityUnits])),
  };
}

/** An item of exactly as many bytes. */
function itemOf(key: string, size: number): Item {
  const rest = { key, n: 123_456, list: [1, "two", { three: 3 }], map: { a: true, b: null } };
  return { ...rest, text: "x".repeat(size - sizeOf({ ...rest, text: "" })) };
}

describe("the engine charges what AWS documents", () => {
  const sizes = [200, 1_023, 1_024, 1_025, 2_048, 2_049, 4_096, 4_097, 9_000];

  it.each(sizes)("for an item of %i bytes", async (size) => {
    const item = itemOf(`size-${size}`, size);
    const { key } = item;
    const written = await put("Counters", item);
    expect(written.table).toBe(writeUnits(size));
    for (const consistent of [true, false]) {
      const about = { TableName: "Counters", Key: { key }, ConsistentRead: consistent };
      const got = await client.send(new GetCommand({ ...about, ReturnConsumedCapacity }));
      expect(got.ConsumedCapacity?.CapacityUnits).toBe(readUnits(size, { consistent }));
    }
    const small = await put("Counters", { key });
    expect(small.table, "the larger one of before and after").toBe(writeUnits(size));
  });

  it("for a transaction, twice", async () => {
    const items = [itemOf("in-transaction", 1_500), itemOf("beside", 300)];
    const { ConsumedCapacity } = await client.send(
      new TransactWriteCommand({
        TransactItems: items.map((Item) => ({ Put: { TableName: "Counters", Item } })),
        ReturnConsumedCapacity,
      }),
    );
    const units = items.map((item) => writeUnits(sizeOf(item), { transaction: true }));
    expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(units.reduce((sum, one) => sum + one));
  });

  it("for a batch, item by item, and for a query, all together", async () => {
    const text = "y".repeat(1_500);
    const items = [1, 2, 3, 4, 5].map((id) => ({ id, feed_key: "batch", action_ref: text }));
    for (const item of items) await put("Executions", item);
    const batch = await client.send(
      new BatchGetCommand({
        RequestItems: { Executions: { Keys: items.map(({ id }) => ({ id })) } },
        ReturnConsumedCapacity,
      }),
    );
    expect(batch.ConsumedCapacity?.[0]?.CapacityUnits).toBe(5 * readUnits(1_530));
    const query = await client.send(
      new QueryCommand({
        TableName: "Executions",
        IndexName: "by_feed",
        KeyConditionExpression: "feed_key = :feed",
        ExpressionAttributeValues: { ":feed": "batch" },
        ReturnConsumedCapacity,
      }),
    );
    const size = items.reduce((sum, item) => sum + sizeOf(item), 0);
    expect(query.ConsumedCapacity?.CapacityUnits).toBe(readUnits(size));
  });
});

/** The entry of an item in an index of Executions. */
function entryOf(
  item: Item,
  { hashKey, rangeKey = "id", projection = [] }: Index,
): IndexEntry | undefined {
  if (item[hashKey] === undefined || item[rangeKey] === undefined) return undefined;
  const names = ["id", hashKey, ...projection].filter((name) => item[name] !== undefined);
  const entry = Object.fromEntries(names.map((name) => [name, item[name]]));
  return {
    key: `${item[hashKey]} ${item.id}`,
    size: sizeOf(entry),
    content: JSON.stringify(entry),
  };
}

describe("the engine charges indexes as AWS documents", () => {
  const whole = {
    id: 100,
    feed_key: "0|all",
    status_key: "requested",
    action_ref: "core.echo",
    pack: "core",
    enforcement: 5,
    parent: 6,
    updated: "2026-01-01T00:00:00.000Z",
    version: 1,
  };
  const { status_key: _, ...withoutStatus } = whole;
  const changes: Readonly<Record<string, readonly [Item, Item]>> = {
    "a key": [whole, { ...whole, status_key: "scheduling" }],
    "a status whose key stays": [
      { ...whole, status: "requested" },
      { ...whole, status: "scheduling" },
    ],
    "what one index projects": [whole, { ...whole, updated: "2026-01-02T00:00:00.000Z" }],
    "what all indexes project": [whole, { ...whole, parent: 7 }],
    "what no index projects": [whole, { ...whole, version: 2 }],
    "a key that is gone": [whole, withoutStatus],
    "a key that is new": [withoutStatus, whole],
    nothing: [whole, whole],
    "an entry of more than a kilobyte": [
      { ...whole, action_ref: "z".repeat(1_100) },
      { ...whole, action_ref: "z".repeat(1_100), status_key: "failed" },
    ],
  };

  it.each(Object.keys(changes))("for a change of %s", async (name) => {
    const [before, after] = changes[name] ?? [whole, whole];
    await put("Executions", before);
    const { indexes } = await put("Executions", after);
    const expected = Object.entries<Index>(tables.Executions.globalIndexes)
      .map(([index, about]) => {
        const units = indexWriteUnits(entryOf(before, about), entryOf(after, about));
        return [index, units] as const;
      })
      .filter(([, units]) => units > 0);
    expect(indexes).toEqual(Object.fromEntries(expected));
  });
});

it("a full page of the ledger is one write unit, also one that was filled slowly and whose executions were cancelled", () => {
  let now = Date.now();
  const next = createIdSource(() => {
    // A hundred in a minute.
    now += 600;
    return now;
  });
  const drawn = Array.from({ length: 200 }, () => next());
  const page = drawn.filter(({ ledger }) => ledger === drawn[0]?.ledger);
  expect(page.length).toBeLessThan(100);
  const contributions = page.map((one) => ({ ...one, entry: 6 * 16 + 8, differences: new Map() }));
  const written = advancePage(
    ledgerKey(page[0]?.ledger ?? ""),
    undefined,
    contributions,
    new Date(now),
  );
  expect(writeUnits(sizeOf({ ...written }))).toBe(1);
});
