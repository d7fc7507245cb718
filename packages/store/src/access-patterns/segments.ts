/** Chunks of search segments. */
import { pattern } from "./pattern.ts";

interface ChunkKey {
  readonly partition: string;
  readonly chunk: string;
}

export const segmentPatterns = {
  chunksOfPartition: pattern({
    operation: "Query",
    table: "Segments",
    purpose: "Packed results of the executions of some time, by the newest one of each chunk.",
    serves: [
      "listExecutions",
      "listByStatus",
      "listByEnforcement",
      "listChildren",
      "compaction",
      "recount",
    ],
    params: (
      tables,
      given: {
        partition: string;
        /** Both are in it. */
        between: readonly [string, string];
        /** The chunk to go on after. */
        after?: string;
        order: "newest" | "oldest";
        limit: number;
      },
    ) => ({
      TableName: tables.Segments,
      KeyConditionExpression: "#partition = :partition AND #chunk BETWEEN :first AND :last",
      ExpressionAttributeNames: { "#partition": "partition", "#chunk": "chunk" },
      ExpressionAttributeValues: {
        ":partition": given.partition,
        ":first": given.between[0],
        ":last": given.between[1],
      },
      ScanIndexForward: given.order === "oldest",
      Limit: given.limit,
      ReturnConsumedCapacity: "TOTAL",
      ...(given.after === undefined
        ? {}
        : { ExclusiveStartKey: { partition: given.partition, chunk: given.after } }),
    }),
  }),
  putChunk: pattern({
    operation: "PutItem",
    table: "Segments",
    purpose: "Packed results of some executions; the same ones have the same key.",
    serves: ["counters", "compaction", "recount"],
    params: (tables, item: ChunkKey & { data: Uint8Array }) => ({
      TableName: tables.Segments,
      Item: item,
    }),
  }),
  deleteChunk: pattern({
    operation: "DeleteItem",
    table: "Segments",
    purpose: "A chunk whose executions are in others by now.",
    serves: ["compaction", "recount"],
    params: (tables, key: ChunkKey) => ({ TableName: tables.Segments, Key: { ...key } }),
  }),
} as const;
