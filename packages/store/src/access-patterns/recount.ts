/** How far a recount has come. */
import { nextRevision, pattern } from "./pattern.ts";

const key = "recount";

export const recountPatterns = {
  readRecount: pattern({
    operation: "GetItem",
    table: "Counters",
    purpose: "How far a recount has come, and what it has found.",
    serves: ["recount"],
    params: (tables, _: Readonly<Record<never, never>>) => ({
      TableName: tables.Counters,
      Key: { key },
      ConsistentRead: true,
    }),
  }),
  keepShards: pattern({
    operation: "UpdateItem",
    table: "Counters",
    purpose: "The number of shards, unless the stage had more of them.",
    serves: ["recount"],
    params: (tables, { shards }: { readonly shards: number }) => ({
      TableName: tables.Counters,
      Key: { key: "shards" },
      UpdateExpression: "SET #shards = :shards",
      ConditionExpression: "attribute_not_exists(#shards) OR #shards <= :shards",
      ExpressionAttributeNames: { "#shards": "shards" },
      ExpressionAttributeValues: { ":shards": shards },
    }),
  }),
  putRecount: pattern({
    operation: "PutItem",
    table: "Counters",
    purpose: "How far a recount has come, unless another one has gone on since.",
    serves: ["recount"],
    params: (tables, progress: { readonly revision: number }) => ({
      TableName: tables.Counters,
      Item: { key, ...progress },
      ...nextRevision(progress.revision),
    }),
  }),
} as const;
