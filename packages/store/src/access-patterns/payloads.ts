/** Large configs and results. */
import { pattern } from "./pattern.ts";

export const payloadPatterns = {
  payloadsByKeys: pattern({
    operation: "BatchGetItem",
    table: "Payloads",
    purpose: "The texts of large configs and results.",
    serves: [
      "getExecution",
      "listExecutions",
      "listByStatus",
      "listByEnforcement",
      "listChildren",
      "requestExecution",
      "cancelExecution",
      "retryExecution",
      "claimExecution",
      "finishExecution",
      "executor",
      "counters",
      "recount",
      "notifier",
      "live",
    ],
    params: (tables, { keys }: { keys: readonly string[] }) => ({
      RequestItems: {
        [tables.Payloads]: { Keys: keys.map((key) => ({ key })), ConsistentRead: true },
      },
    }),
  }),
  putPayload: pattern({
    operation: "PutItem",
    table: "Payloads",
    purpose: "A large config or result, before the execution refers to it.",
    serves: ["requestExecution", "finishExecution", "executor"],
    params: (tables, item: { key: string; text: string }) => ({
      TableName: tables.Payloads,
      Item: item,
    }),
  }),
} as const;
