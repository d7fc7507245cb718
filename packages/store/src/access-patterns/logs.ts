/** Chunks of logs. */
import type { ChunkItem } from "../logs/chunk.ts";
import type { Row } from "../record.ts";
import type { Order } from "./executions-read.ts";
import { pattern } from "./pattern.ts";

export const logPatterns = {
  chunksOfLog: pattern({
    operation: "Query",
    table: "Logs",
    purpose: "Chunks of an execution's log, by their first line.",
    serves: ["appendLogs", "readLogs", "notifier", "live"],
    params: (
      tables,
      given: {
        execution: number;
        /** Both are in it. */
        between: readonly [number, number];
        order: Order;
        limit: number;
      },
    ) => ({
      TableName: tables.Logs,
      KeyConditionExpression: "#execution = :execution AND #seq BETWEEN :first AND :last",
      ExpressionAttributeNames: { "#execution": "execution", "#seq": "seq" },
      ExpressionAttributeValues: {
        ":execution": given.execution,
        ":first": given.between[0],
        ":last": given.between[1],
      },
      ScanIndexForward: given.order === "oldest",
      Limit: given.limit,
      // A chunk that is not seen yet would be a gap, which whoever follows the log would never read.
      ConsistentRead: true,
    }),
  }),
  putLogChunk: pattern({
    operation: "PutItem",
    table: "Logs",
    purpose: "The next lines of a log, unless somebody else has written them.",
    serves: ["appendLogs"],
    params: (tables, item: ChunkItem & Pick<Row, "action_ref" | "parent" | "enforcement">) => ({
      TableName: tables.Logs,
      Item: item,
      ConditionExpression: "attribute_not_exists(#seq)",
      ExpressionAttributeNames: { "#seq": "seq" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
} as const;
