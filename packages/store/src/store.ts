/** What every function of this package works on: a client, the physical names of the tables, a bucket, a clock, limits, shards. */
import type { Limits } from "@attune/domain/verdict";
import type { TableName } from "@attune/topology/tables";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Blobs } from "./blobs.ts";

export type TableNames = Readonly<Record<TableName, string>>;

export interface Store {
  readonly client: DynamoDBDocumentClient;
  readonly tables: TableNames;
  readonly blobs: Blobs;
  readonly now: () => Date;
  readonly limits: Limits;
  /** Partitions of each key that many executions share: see index-keys.ts. */
  readonly shards: number;
  /** Days that a line of a log is kept; absent: as long as its execution. */
  readonly logDays?: number;
}

/**
 * A client that gives up in time to answer: three tries of at most 2.5 s each, below the timeout of every
 * function that a client waits for.
 */
export function createClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 2_500,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
