import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Payloads", () => {
  it("payloadsByKeys", () => {
    expect(accessPatterns.payloadsByKeys.params(tables, { keys: ["5/config/x"] })).toEqual({
      RequestItems: {
        "app-stage-payloads": { Keys: [{ key: "5/config/x" }], ConsistentRead: true },
      },
    });
  });

  it("putPayload", () => {
    const item = { key: "5/config/x", text: "{}" };
    expect(accessPatterns.putPayload.params(tables, item)).toEqual({
      TableName: "app-stage-payloads",
      Item: item,
    });
  });
});

describe("a request to History", () => {
  it("historyById", () => {
    expect(accessPatterns.historyById.params(tables, { id: 5 })).toEqual({
      TableName: "app-stage-history",
      Key: { id: 5 },
    });
  });

  it("addToHistory", () => {
    const entry = { owner: "executor", attempt: 0, at: "2026-11-22T20:43:42.137Z" } as const;
    const entries = new Map([
      [2, { ...entry, status: "scheduling" }],
      [3, { ...entry, status: "scheduled" }],
    ] as const);
    expect(accessPatterns.addToHistory.params(tables, { id: 5, entries })).toEqual({
      TableName: "app-stage-history",
      Key: { id: 5 },
      UpdateExpression: "SET #v2 = :v2, #v3 = :v3",
      ExpressionAttributeNames: { "#v2": "v2", "#v3": "v3" },
      ExpressionAttributeValues: { ":v2": entries.get(2), ":v3": entries.get(3) },
    });
  });
});

describe("a request to Segments", () => {
  it("chunksOfPartition, from the newest on", () => {
    const given = { partition: "0|3", between: ["00", "0f~"], limit: 4 } as const;
    expect(accessPatterns.chunksOfPartition.params(tables, { ...given, order: "newest" })).toEqual({
      TableName: "app-stage-segments",
      KeyConditionExpression: "#partition = :partition AND #chunk BETWEEN :first AND :last",
      ExpressionAttributeNames: { "#partition": "partition", "#chunk": "chunk" },
      ExpressionAttributeValues: { ":partition": "0|3", ":first": "00", ":last": "0f~" },
      ScanIndexForward: false,
      Limit: 4,
      ReturnConsumedCapacity: "TOTAL",
    });
  });

  it("chunksOfPartition, from the oldest on, after a chunk", () => {
    const given = { partition: "2|inbox", between: ["", "~"], limit: 4, after: "0a/b" } as const;
    expect(
      accessPatterns.chunksOfPartition.params(tables, { ...given, order: "oldest" }),
    ).toMatchObject({
      ScanIndexForward: true,
      ExclusiveStartKey: { partition: "2|inbox", chunk: "0a/b" },
    });
  });

  it("putChunk and deleteChunk", () => {
    const key = { partition: "0|3", chunk: "0a/b" };
    const data = new Uint8Array([1, 2]);
    expect(accessPatterns.putChunk.params(tables, { ...key, data })).toEqual({
      TableName: "app-stage-segments",
      Item: { ...key, data },
    });
    expect(accessPatterns.deleteChunk.params(tables, key)).toEqual({
      TableName: "app-stage-segments",
      Key: key,
    });
  });
});
