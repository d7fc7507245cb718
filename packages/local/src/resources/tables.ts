import { isDeepStrictEqual } from "node:util";
import { type Index, type Table, tables } from "@attune/topology/tables";
import type {
  CreateTableCommandInput,
  DynamoDBClient,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

export interface TableResource {
  readonly name: string;
  readonly streamArn: string | undefined;
}

/**
 * Creates the tables of the topology that are missing; their names are the topology's keys. Throws when
 * one is there with other keys, indexes or stream: `remedy` says what to do then.
 */
export async function ensureTables(
  client: DynamoDBClient,
  remedy: string,
): Promise<ReadonlyMap<string, TableResource>> {
  const all = Object.entries<Table>(tables).map(([name, table]) =>
    ensureTable(client, name, table, remedy),
  );
  return new Map((await Promise.all(all)).map((resource) => [resource.name, resource]));
}

async function ensureTable(client: DynamoDBClient, name: string, table: Table, remedy: string) {
  const input = tableInput(name, table);
  const found = (await describe(client, name)) ?? (await create(client, input));
  if (!isDeepStrictEqual(shape(found), shape(input)))
    throw new Error(`table ${name} has not the keys, indexes or stream it needs; ${remedy}`);
  if (table.ttl !== undefined) await ensureTimeToLive(client, name, table.ttl);
  return { name, streamArn: found?.LatestStreamArn };
}

async function describe(client: DynamoDBClient, name: string) {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function create(client: DynamoDBClient, input: CreateTableCommandInput) {
  await client.send(new CreateTableCommand(input));
  const waiter = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  await waitUntilTableExists(waiter, { TableName: input.TableName });
  return describe(client, input.TableName ?? "");
}

async function ensureTimeToLive(client: DynamoDBClient, name: string, attribute: string) {
  const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  if (ttl.TimeToLiveDescription?.AttributeName === attribute) return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
    }),
  );
}

/** The request that creates a table. */
export function tableInput(name: string, table: Table): CreateTableCommandInput {
  const indexes = Object.entries(table.globalIndexes);
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: Object.entries(table.fields).map(([field, type]) => ({
      AttributeName: field,
      AttributeType: type === "number" ? ("N" as const) : ("S" as const),
    })),
    KeySchema: keySchema(table.primaryIndex),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(([index, definition]) => ({
        IndexName: index,
        KeySchema: keySchema(definition),
        Projection: projection(definition),
      })),
    }),
    ...(table.stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" as const },
    }),
  };
}

function keySchema({ hashKey, rangeKey }: Index) {
  return [
    { AttributeName: hashKey, KeyType: "HASH" as const },
    ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" as const }]),
  ];
}

function projection({ projection: attributes }: Index) {
  if (attributes === undefined) return { ProjectionType: "KEYS_ONLY" as const };
  return { ProjectionType: "INCLUDE" as const, NonKeyAttributes: [...attributes] };
}

/** What of a table cannot be changed in place, in an order of its own. */
function shape(table: TableDescription | CreateTableCommandInput | undefined) {
  return {
    key: table?.KeySchema?.map((key) => key.AttributeName),
    stream: table?.StreamSpecification?.StreamViewType,
    indexes: (table?.GlobalSecondaryIndexes ?? [])
      .map((index) => ({
        name: index.IndexName ?? "",
        key: index.KeySchema?.map((key) => key.AttributeName),
        projection: index.Projection?.ProjectionType,
        attributes: [...(index.Projection?.NonKeyAttributes ?? [])].sort(),
      }))
      .sort((one, other) => one.name.localeCompare(other.name)),
  };
}
