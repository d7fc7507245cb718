import { bucketUses } from "@attune/topology/buckets";
import { functions, type Lambda } from "@attune/topology/functions";
import { queueTriggers, scheduleTriggers, streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { componentOf, type Graph, readGraph, stages } from "./graph.ts";

const roleSchema = z.object({
  assumeRolePolicy: z.object({
    Statement: z.tuple([
      z.object({
        Effect: z.literal("Allow"),
        Action: z.literal("sts:AssumeRole"),
        Principal: z.strictObject({ Service: z.string() }),
      }),
    ]),
  }),
  managedPolicyArns: z.array(z.string()).default([]),
  inlinePolicies: z.tuple([
    z.object({ policy: z.string().transform((text) => policySchema.parse(JSON.parse(text))) }),
  ]),
});

const policySchema = z.object({
  statements: z.array(
    z.strictObject({
      effect: z.literal("Allow").optional(),
      actions: z.array(z.string()),
      resources: z.array(z.string()),
    }),
  ),
});

/** Before the name of an API where it is called. */
const ofApis = "arn:aws:execute-api:eu-west-1:123456789012:";

/** What a role may do, as sorted lines `action resource`. */
function grantsOf(graph: Graph, role: z.infer<typeof roleSchema>): string[] {
  return role.inlinePolicies
    .flatMap(({ policy }) => policy.statements)
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources.map((resource) => `${action} ${graph.nameOf(resource).replace(ofApis, "")}`),
      ),
    )
    .toSorted();
}

function expectedGrants(name: string, lambda: Lambda): string[] {
  const ofTables = Object.entries(lambda.tables).flatMap(([table, actions]) => {
    const items = actions.map((action) => `dynamodb:${action} ${table}Table`);
    const indexes = actions.map((action) => `dynamodb:${action} ${table}Table/index/*`);
    return actions.includes("Query") ? [...items, ...indexes] : items;
  });
  const ofQueues = Object.entries(lambda.queues).flatMap(([queue, actions]) =>
    actions.map((action) => `sqs:${action} ${queue}Queue`),
  );
  const ofBuckets = Object.entries(lambda.buckets).flatMap(([bucket, uses]) =>
    uses
      .flatMap((use) => Object.entries(bucketUses[use]))
      .map(([action, path]) => `s3:${action} ${bucket}Bucket${path}`),
  );
  const ofQueueTriggers = Object.values(queueTriggers)
    .filter((trigger) => trigger.function === name)
    .flatMap(({ queue }) =>
      ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map(
        (a) => `sqs:${a} ${queue}Queue`,
      ),
    );
  const ofStreamTriggers = Object.values(streamTriggers)
    .filter((trigger) => trigger.function === name)
    .flatMap(({ table, failures }) => [
      ...["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
        (action) => `dynamodb:${action} ${table}Table/stream/1`,
      ),
      `sqs:SendMessage ${failures.resource}Queue`,
    ]);
  const ofConnections = lambda.speaks
    ? ["POST", "DELETE"].map(
        (method) => `execute-api:ManageConnections LiveApi/$default/${method}/@connections/*`,
      )
    : [];
  const ofLogs = ["CreateLogStream", "PutLogEvents"].map(
    (a) => `logs:${a} ${componentOf(name)}Logs:*`,
  );
  return [
    ...new Set([
      ...ofTables,
      ...ofQueues,
      ...ofBuckets,
      ...ofQueueTriggers,
      ...ofStreamTriggers,
      ...ofConnections,
      ...ofLogs,
    ]),
  ].toSorted();
}

/** API Gateway's own, for the access log of a WebSocket API: SST makes it where the account has none. */
const ofAccount = "APIGatewayPushToCloudWatchLogsRole";

describe.each(stages)("roles of %s", (stage) => {
  const graph = readGraph(stage);
  const roles = new Map(
    [...graph.all("aws:iam/role:Role", z.unknown())]
      .filter(([name]) => name !== ofAccount)
      .map(([name, inputs]) => [name, roleSchema.parse(inputs)]),
  );
  const roleOf = (name: string) => graph.one("aws:iam/role:Role", name, roleSchema);

  it("are one for each function and each schedule", () => {
    expect([...roles.keys()].toSorted()).toEqual(
      [
        ...Object.keys(functions).map((name) => `${componentOf(name)}Role`),
        ...Object.keys(scheduleTriggers).map((name) => `${name}Role`),
      ].toSorted(),
    );
  });

  it.each(Object.entries<Lambda>(functions))("%s may do what the topology says", (name, lambda) => {
    const role = roleOf(`${componentOf(name)}Role`);
    expect(grantsOf(graph, role)).toEqual(expectedGrants(name, lambda));
  });

  it.each(Object.entries(scheduleTriggers))("%s may start its function", (name, trigger) => {
    expect(grantsOf(graph, roleOf(`${name}Role`))).toEqual([
      `lambda:InvokeFunction ${componentOf(trigger.function)}Function`,
    ]);
  });

  it("are taken by their service alone", () => {
    for (const [name, { assumeRolePolicy }] of roles) {
      const [{ Principal }] = assumeRolePolicy.Statement;
      const service = name.endsWith("HandlerRole") ? "lambda" : "scheduler";
      expect(Principal).toEqual({ Service: `${service}.amazonaws.com` });
    }
  });

  it("hold no wildcard action, no foreign resource and no managed policy", () => {
    for (const role of roles.values()) {
      expect(role.managedPolicyArns).toEqual([]);
      for (const grant of grantsOf(graph, role))
        expect(grant).toMatch(/^[a-z0-9-]+:[A-Za-z]+ [A-Z]\w+/);
    }
  });
});

it("a function without tables, queues and triggers may write its logs and nothing else", () => {
  const graph = readGraph("production");
  const role = graph.one("aws:iam/role:Role", "FallbackHandlerRole", roleSchema);
  expect(grantsOf(graph, role)).toEqual([
    "logs:CreateLogStream FallbackHandlerLogs:*",
    "logs:PutLogEvents FallbackHandlerLogs:*",
  ]);
});
