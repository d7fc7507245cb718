/** Reads of executions. */
import { tables as definitions, type IndexName } from "@attune/topology/tables";
import { namesOf, pattern } from "./pattern.ts";

/** The value of an index's partition key. */
export type IndexKey = string | number;

const rowAttributes = ["id", "status", "action_ref", "enforcement", "parent", "updated"];

export const executionReads = {
  executionById: pattern({
    operation: "GetItem",
    table: "Executions",
    purpose: "One execution, as it is now.",
    serves: [
      "getExecution",
      "requestExecution",
      "retryExecution",
      "executor",
      "events",
      "deadLetters",
    ],
    params: (tables, { id }: { id: number }) => ({
      TableName: tables.Executions,
      Key: { id },
      ConsistentRead: true,
    }),
  }),
  newestInIndex: pattern({
    operation: "Query",
    table: "Executions",
    purpose: "The newest executions with one value in one index, below an id.",
    serves: ["listExecutions", "listByStatus", "listByEnforcement", "sweep"],
    params: (
      tables,
      given: { index: IndexName; key: IndexKey; before?: number; limit: number },
    ) => {
      const { hashKey } = definitions.Executions.globalIndexes[given.index];
      const below = given.before === undefined ? "" : " AND #id < :before";
      return {
        TableName: tables.Executions,
        IndexName: given.index,
        KeyConditionExpression: `#key = :key${below}`,
        ExpressionAttributeNames: { "#key": hashKey, ...(below ? { "#id": "id" } : {}) },
        ExpressionAttributeValues: {
          ":key": given.key,
          ...(below ? { ":before": given.before } : {}),
        },
        ScanIndexForward: false,
        Limit: given.limit,
      };
    },
  }),
  rowsByIds: pattern({
    operation: "BatchGetItem",
    table: "Executions",
    purpose: "What a list shows of some executions.",
    serves: ["listExecutions", "listByStatus", "listByEnforcement"],
    params: (tables, { ids }: { ids: readonly number[] }) => ({
      RequestItems: {
        [tables.Executions]: {
          Keys: ids.map((id) => ({ id })),
          ProjectionExpression: rowAttributes.map((name) => `#${name}`).join(", "),
          ExpressionAttributeNames: namesOf(rowAttributes),
        },
      },
    }),
  }),
  recordsByIds: pattern({
    operation: "BatchGetItem",
    table: "Executions",
    purpose: "Some executions, whole, for the filters that look into results.",
    serves: ["listExecutions", "listByStatus", "listByEnforcement", "sweep"],
    params: (tables, { ids }: { ids: readonly number[] }) => ({
      RequestItems: { [tables.Executions]: { Keys: ids.map((id) => ({ id })) } },
    }),
  }),
} as const;
