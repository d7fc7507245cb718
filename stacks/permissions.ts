import { bucketUses } from "../packages/topology/src/buckets.ts";
import type { Lambda } from "../packages/topology/src/functions.ts";
import { queueTriggers, streamTriggers } from "../packages/topology/src/triggers.ts";
import type { Buckets } from "./buckets.ts";
import type { Linked } from "./functions.ts";
import type { Live } from "./live.ts";
import type { Queues } from "./queues.ts";
import type { Tables } from "./storage.ts";

type Statement = sst.aws.FunctionPermissionArgs;

/**
 * Keeps a link to what a function needs to find a table, a queue or a bucket. As SST ships it, a link also
 * grants every action of the service on that resource. Comes before any resource.
 */
export function linkNamesOnly(): void {
  sst.Linkable.wrap(sst.aws.Dynamo, (table) => ({ properties: { name: table.name } }));
  sst.Linkable.wrap(sst.aws.Queue, (queue) => ({ properties: { url: queue.url } }));
  sst.Linkable.wrap(sst.aws.Bucket, (bucket) => ({ properties: { name: bucket.name } }));
  sst.Linkable.wrap(sst.aws.ApiGatewayWebSocket, ({ managementEndpoint }) => ({
    properties: { managementEndpoint },
  }));
}

/** All that the role of a function may do, but for its logs: what it calls, and what its triggers need. */
export function permissionsOf(
  name: string,
  lambda: Lambda,
  { tables, queues, buckets, live }: Linked,
): Statement[] {
  return [
    ...(lambda.speaks ? [liveAccess(live)] : []),
    ...tableAccess(lambda, tables),
    ...queueAccess(lambda, queues),
    ...bucketAccess(lambda, buckets),
    ...queueTriggerAccess(name, queues),
    ...streamTriggerAccess(name, tables, queues),
  ];
}

function tableAccess(lambda: Lambda, tables: Tables): Statement[] {
  return Object.entries(lambda.tables).map(([name, actions]) => {
    const { arn } = tables[name];
    return {
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: actions.includes("Query") ? [arn, $interpolate`${arn}/index/*`] : [arn],
    };
  });
}

function queueAccess(lambda: Lambda, queues: Queues): Statement[] {
  return Object.entries(lambda.queues).map(([name, actions]) => ({
    actions: actions.map((action) => `sqs:${action}`),
    resources: [queues[name].arn],
  }));
}

function bucketAccess(lambda: Lambda, buckets: Buckets): Statement[] {
  return Object.entries(lambda.buckets).flatMap(([name, uses]) =>
    uses
      .flatMap((use) => Object.entries(bucketUses[use]))
      .map(([action, path]) => ({
        actions: [`s3:${action}`],
        resources: [$interpolate`${buckets[name].arn}${path}`],
      })),
  );
}

/** To post to connections of the WebSocket API, and to close them. */
function liveAccess(live: Live): Statement {
  return {
    actions: ["execute-api:ManageConnections"],
    resources: ["POST", "DELETE"].map(
      (method) => $interpolate`${live.nodes.api.executionArn}/$default/${method}/@connections/*`,
    ),
  };
}

function queueTriggerAccess(name: string, queues: Queues): Statement[] {
  return Object.values(queueTriggers)
    .filter((trigger) => trigger.function === name)
    .map((trigger) => ({
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      resources: [queues[trigger.queue].arn],
    }));
}

function streamTriggerAccess(name: string, tables: Tables, queues: Queues): Statement[] {
  return Object.values(streamTriggers)
    .filter((trigger) => trigger.function === name)
    .flatMap((trigger) => [
      {
        actions: [
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ],
        resources: [tables[trigger.table].nodes.table.streamArn],
      },
      { actions: ["sqs:SendMessage"], resources: [queues[trigger.failures.resource].arn] },
    ]);
}
