import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { clientConfig, credentials, region } from "./clients.ts";
import { type BucketResource, ensureBuckets } from "./resources/buckets.ts";
import { ensureQueues, type QueueResource } from "./resources/queues.ts";
import { newSecrets, type Secrets } from "./resources/secrets.ts";
import { ensureTables, type TableResource } from "./resources/tables.ts";

export interface Servers {
  /** Addresses. */
  readonly dynamodb: string;
  readonly sqs: string;
  /** Where it is not the one of SQS: our own engine serves both. */
  readonly s3?: string;
  /** Where messages to the clients of the WebSocket are posted. */
  readonly live?: string;
}

/** By name of resource, as the topology has it. */
export interface Resources {
  readonly tables: ReadonlyMap<string, TableResource>;
  readonly queues: ReadonlyMap<string, QueueResource>;
  readonly buckets: ReadonlyMap<string, BucketResource>;
}

/** Creates the tables, queues and buckets that are missing on the servers; `remedy` is for a table that differs. */
export async function ensureResources(
  servers: Servers,
  remedy = "start with an empty DATA_DIR, or on another DYNAMODB_ENDPOINT",
): Promise<Resources> {
  const dynamodb = new DynamoDBClient(clientConfig(servers.dynamodb));
  const sqs = new SQSClient({ ...clientConfig(servers.sqs), useQueueUrlAsEndpoint: false });
  try {
    const [tables, queues, buckets] = await Promise.all([
      ensureTables(dynamodb, remedy),
      ensureQueues({ client: sqs, endpoint: servers.sqs }),
      ensureBuckets({ ...credentials, region, endpoint: servers.s3 ?? servers.sqs }),
    ]);
    return { tables, queues, buckets };
  } finally {
    dynamodb.destroy();
    sqs.destroy();
  }
}

/** The environment that a handler finds on Lambda, pointed at the local servers. */
export function lambdaEnvironment(
  servers: Servers,
  { tables, queues, buckets }: Resources,
  secrets: Secrets = newSecrets(),
) {
  const links = [
    ["App", { name: "attune-executions", stage: "local" }] as const,
    ...[...tables].map(([resource, { name }]) => [resource, { name }] as const),
    ...[...queues].map(([resource, { url }]) => [resource, { url }] as const),
    ...[...buckets].map(([resource, { name }]) => [resource, { name }] as const),
    ...secrets,
    ...(servers.live === undefined
      ? []
      : [["Live", { managementEndpoint: servers.live }] as const]),
  ];
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: servers.dynamodb,
    AWS_ENDPOINT_URL_SQS: servers.sqs,
    AWS_ENDPOINT_URL_S3: servers.s3 ?? servers.sqs,
    ...Object.fromEntries(
      links.map(([resource, link]) => [`SST_RESOURCE_${resource}`, JSON.stringify(link)]),
    ),
  };
}

/** The entry of a map that the topology says is there. */
export function take<T>(entries: ReadonlyMap<string, T>, name: string): T {
  const entry = entries.get(name);
  if (entry === undefined) throw new Error(`${name} is not in the topology`);
  return entry;
}
