import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Counters", () => {
  it.each([true, false])("countersByKeys, consistent: %s", (consistent) => {
    const given = { keys: ["all", "pack#core"], consistent };
    expect(accessPatterns.countersByKeys.params(tables, given)).toEqual({
      RequestItems: {
        "app-stage-counters": {
          Keys: [{ key: "all" }, { key: "pack#core" }],
          ConsistentRead: consistent,
        },
      },
    });
  });

  it("addToCounter", () => {
    const given = { key: "all", changes: { running: -3, completed: 3 } };
    expect(accessPatterns.addToCounter.params(tables, given)).toEqual({
      TableName: "app-stage-counters",
      Key: { key: "all" },
      UpdateExpression: "ADD #running :running, #completed :completed",
      ExpressionAttributeNames: { "#running": "running", "#completed": "completed" },
      ExpressionAttributeValues: { ":running": -3, ":completed": 3 },
    });
  });

  it("putLedgerPage, the first time and after that", () => {
    const first = { key: "ledger#p", entries: { "5": 16 }, revision: 1 };
    expect(accessPatterns.putLedgerPage.params(tables, first)).toEqual({
      TableName: "app-stage-counters",
      Item: first,
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": "key" },
    });
    const third = { ...first, revision: 3, expires: 1_800_000_000 };
    expect(accessPatterns.putLedgerPage.params(tables, third)).toEqual({
      TableName: "app-stage-counters",
      Item: third,
      ConditionExpression: "#revision = :revision",
      ExpressionAttributeNames: { "#revision": "revision" },
      ExpressionAttributeValues: { ":revision": 2 },
    });
  });

  it("readRecount and putRecount", () => {
    expect(accessPatterns.readRecount.params(tables, {})).toEqual({
      TableName: "app-stage-counters",
      Key: { key: "recount" },
      ConsistentRead: true,
    });
    expect(accessPatterns.putRecount.params(tables, { revision: 1 })).toEqual({
      TableName: "app-stage-counters",
      Item: { key: "recount", revision: 1 },
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": "key" },
    });
    expect(accessPatterns.putRecount.params(tables, { revision: 3 })).toEqual({
      TableName: "app-stage-counters",
      Item: { key: "recount", revision: 3 },
      ConditionExpression: "#revision = :revision",
      ExpressionAttributeNames: { "#revision": "revision" },
      ExpressionAttributeValues: { ":revision": 2 },
    });
  });
});
