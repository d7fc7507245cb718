import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Logs", () => {
  it("chunksOfLog, from the newest on", () => {
    const given = { execution: 5, between: [1, 60], order: "newest", limit: 1 } as const;
    expect(accessPatterns.chunksOfLog.params(tables, given)).toEqual({
      TableName: "app-stage-logs",
      KeyConditionExpression: "#execution = :execution AND #seq BETWEEN :first AND :last",
      ExpressionAttributeNames: { "#execution": "execution", "#seq": "seq" },
      ExpressionAttributeValues: { ":execution": 5, ":first": 1, ":last": 60 },
      ScanIndexForward: false,
      Limit: 1,
      ConsistentRead: true,
    });
  });

  it("putLogChunk", () => {
    const chunk = { execution: 5, seq: 41, last: 60, bytes: 900, truncated: false };
    const item = { ...chunk, action_ref: "core.echo", enforcement: 7 };
    expect(accessPatterns.putLogChunk.params(tables, item)).toEqual({
      TableName: "app-stage-logs",
      Item: item,
      ConditionExpression: "attribute_not_exists(#seq)",
      ExpressionAttributeNames: { "#seq": "seq" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });
});

describe("a request to LiveLog", () => {
  it("liveEntries, after a number and the newest", () => {
    const given = { lane: "live", after: 7, order: "oldest", limit: 25 } as const;
    const params = {
      TableName: "app-stage-live-log",
      KeyConditionExpression: "#lane = :lane AND #seq > :after",
      ExpressionAttributeNames: { "#lane": "lane", "#seq": "seq" },
      ExpressionAttributeValues: { ":lane": "live", ":after": 7 },
      ScanIndexForward: true,
      Limit: 25,
      ConsistentRead: true,
    };
    expect(accessPatterns.liveEntries.params(tables, given)).toEqual(params);
    expect(
      accessPatterns.liveEntries.params(tables, { ...given, order: "newest", limit: 1 }),
    ).toEqual({ ...params, ScanIndexForward: false, Limit: 1 });
  });

  it("putLiveEntry", () => {
    const item = { lane: "live", seq: 8, at: 9, writer: "w", changes: new Uint8Array([1]) };
    expect(accessPatterns.putLiveEntry.params(tables, { ...item, expires: 10 })).toEqual({
      TableName: "app-stage-live-log",
      Item: { ...item, expires: 10 },
      ConditionExpression: "attribute_not_exists(#seq)",
      ExpressionAttributeNames: { "#seq": "seq" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("liveMark and putLiveMark", () => {
    const TableName = "app-stage-live-log";
    expect(accessPatterns.liveMark.params(tables, { lane: "told" })).toEqual({
      TableName,
      Key: { lane: "told", seq: 0 },
      ConsistentRead: true,
    });
    const put = accessPatterns.putLiveMark.params(tables, { lane: "told", at: 8, before: 7 });
    expect(put).toEqual({
      TableName,
      Item: { lane: "told", seq: 0, at: 8 },
      ConditionExpression: "#at = :before",
      ExpressionAttributeNames: { "#at": "at" },
      ExpressionAttributeValues: { ":before": 7 },
    });
    const { ExpressionAttributeValues, ...first } = put;
    expect(
      accessPatterns.putLiveMark.params(tables, { lane: "told", at: 8, before: undefined }),
    ).toEqual({ ...first, ConditionExpression: "attribute_not_exists(#at)" });
  });

  it("noteAudience", () => {
    expect(accessPatterns.noteAudience.params(tables, { at: 7 })).toEqual({
      TableName: "app-stage-live-log",
      Item: { lane: "audience", seq: 0, at: 7 },
    });
  });
});
