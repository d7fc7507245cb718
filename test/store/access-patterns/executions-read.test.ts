import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Executions", () => {
  it("executionById", () => {
    expect(accessPatterns.executionById.params(tables, { id: 5 })).toEqual({
      TableName: "app-stage-executions",
      Key: { id: 5 },
      ConsistentRead: true,
    });
  });

  it("indexEntries, from the newest", () => {
    const given = { index: "by_feed", partition: "0|all", order: "newest", limit: 21 } as const;
    expect(accessPatterns.indexEntries.params(tables, given)).toEqual({
      TableName: "app-stage-executions",
      IndexName: "by_feed",
      KeyConditionExpression: "#partition = :partition",
      ExpressionAttributeNames: { "#partition": "feed_key" },
      ExpressionAttributeValues: { ":partition": "0|all" },
      ScanIndexForward: false,
      Limit: 21,
    });
  });

  it("indexEntries, between two sort keys, from the oldest", () => {
    const between = ["failed#00000000001", "failed#0000000000z"] as const;
    const given = { index: "by_action_status", partition: "3|core.echo", limit: 7 } as const;
    expect(
      accessPatterns.indexEntries.params(tables, { ...given, between, order: "oldest" }),
    ).toEqual({
      TableName: "app-stage-executions",
      IndexName: "by_action_status",
      KeyConditionExpression: "#partition = :partition AND #sort BETWEEN :first AND :last",
      ExpressionAttributeNames: { "#partition": "action_key", "#sort": "final_key" },
      ExpressionAttributeValues: {
        ":partition": "3|core.echo",
        ":first": "failed#00000000001",
        ":last": "failed#0000000000z",
      },
      ScanIndexForward: true,
      Limit: 7,
    });
  });

  it("indexEntries, some of their attributes", () => {
    const given = { index: "by_parent", partition: 5, order: "newest", limit: 21 } as const;
    expect(
      accessPatterns.indexEntries.params(tables, { ...given, attributes: ["id", "action_ref"] }),
    ).toEqual({
      TableName: "app-stage-executions",
      IndexName: "by_parent",
      KeyConditionExpression: "#partition = :partition",
      ProjectionExpression: "#id, #action_ref",
      ExpressionAttributeNames: {
        "#partition": "parent",
        "#id": "id",
        "#action_ref": "action_ref",
      },
      ExpressionAttributeValues: { ":partition": 5 },
      ScanIndexForward: false,
      Limit: 21,
    });
  });

  it("rowsByIds", () => {
    expect(accessPatterns.rowsByIds.params(tables, { ids: [2, 1] })).toEqual({
      RequestItems: {
        "app-stage-executions": {
          Keys: [{ id: 2 }, { id: 1 }],
          ProjectionExpression:
            "#id, #status, #action_ref, #enforcement, #parent, #executor, #original_execution, #updated",
          ExpressionAttributeNames: {
            "#id": "id",
            "#status": "status",
            "#action_ref": "action_ref",
            "#enforcement": "enforcement",
            "#parent": "parent",
            "#executor": "executor",
            "#original_execution": "original_execution",
            "#updated": "updated",
          },
        },
      },
    });
  });

  it("recordsByIds", () => {
    expect(accessPatterns.recordsByIds.params(tables, { ids: [2, 1] })).toEqual({
      RequestItems: { "app-stage-executions": { Keys: [{ id: 2 }, { id: 1 }] } },
    });
  });
});
