/** Reads of executions. */
import { tables as definitions, type IndexName } from "@attune/topology/tables";
import { namesOf, pattern, placeholdersOf } from "./pattern.ts";

/** A value of an index's partition key or sort key. */
export type IndexKey = string | number;

/** By creation. */
export type Order = "newest" | "oldest";

const rowAttributes = [
  "id",
  "status",
  "action_ref",
  "enforcement",
  "parent",
  "executor",
  "original_execution",
  "updated",
];

export const executionReads = {
  executionById: pattern({
    operation: "GetItem",
    table: "Executions",
    purpose: "One execution, as it is now.",
    serves: [
      "getExecution",
      "getHistory",
      "getTree",
      "requestExecution",
      "retryExecution",
      "appendLogs",
      "readLogs",
      "executor",
      "events",
      "deadLetters",
      "recount",
      "notifier",
      "live",
    ],
    params: (tables, { id }: { id: number }) => ({
      TableName: tables.Executions,
      Key: { id },
      ConsistentRead: true,
    }),
  }),
  indexEntries: pattern({
    operation: "Query",
    table: "Executions",
    purpose:
      "Executions in one partition of one index, between two sort keys, newest or oldest first.",
    serves: [
      "listExecutions",
      "listByStatus",
      "listByEnforcement",
      "listChildren",
      "getTree",
      "executor",
      "sweep",
      "recount",
    ],
    params: (
      tables,
      given: {
        index: IndexName;
        partition: IndexKey;
        /** Both are in it. */
        between?: readonly [IndexKey, IndexKey];
        order: Order;
        limit: number;
        /** Those of each entry that are sent; absent: all that the index carries. */
        attributes?: readonly string[];
      },
    ) => {
      const { hashKey, rangeKey } = definitions.Executions.globalIndexes[given.index];
      const { between, attributes } = given;
      return {
        TableName: tables.Executions,
        IndexName: given.index,
        KeyConditionExpression: between
          ? "#partition = :partition AND #sort BETWEEN :first AND :last"
          : "#partition = :partition",
        ExpressionAttributeNames: {
          "#partition": hashKey,
          ...(between ? { "#sort": rangeKey } : {}),
          ...(attributes ? namesOf(attributes) : {}),
        },
        ExpressionAttributeValues: {
          ":partition": given.partition,
          ...(between ? { ":first": between[0], ":last": between[1] } : {}),
        },
        ...(attributes ? { ProjectionExpression: placeholdersOf(attributes) } : {}),
        ScanIndexForward: given.order === "oldest",
        Limit: given.limit,
      };
    },
  }),
  rowsByIds: pattern({
    operation: "BatchGetItem",
    table: "Executions",
    purpose: "What a list or a tree shows of some executions.",
    serves: ["listExecutions", "listByStatus", "listByEnforcement", "listChildren", "getTree"],
    params: (tables, { ids }: { ids: readonly number[] }) => ({
      RequestItems: {
        [tables.Executions]: {
          Keys: ids.map((id) => ({ id })),
          ProjectionExpression: placeholdersOf(rowAttributes),
          ExpressionAttributeNames: namesOf(rowAttributes),
        },
      },
    }),
  }),
  recordsByIds: pattern({
    operation: "BatchGetItem",
    table: "Executions",
    purpose: "Some executions, whole.",
    serves: [
      "listExecutions",
      "listByStatus",
      "listByEnforcement",
      "listChildren",
      "getHistory",
      "sweep",
      "recount",
    ],
    params: (tables, { ids }: { ids: readonly number[] }) => ({
      RequestItems: { [tables.Executions]: { Keys: ids.map((id) => ({ id })) } },
    }),
  }),
} as const;
