import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Connections", () => {
  it("openConnection, noteSubscription, forgetSubscription and closeConnection", () => {
    const TableName = "app-stage-connections";
    const connection = "c";
    const answers = {
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    expect(accessPatterns.openConnection.params(tables, { connection, expires: 10 })).toEqual({
      TableName,
      Item: { connection, expires: 10, subscriptions: {} },
    });
    const row = { kind: "all", key: "k" };
    const names = {
      "#connection": "connection",
      "#subscriptions": "subscriptions",
      "#id": "mine",
    };
    const given = { connection, id: "mine", row, most: 20 };
    expect(accessPatterns.noteSubscription.params(tables, given)).toEqual({
      TableName,
      Key: { connection },
      UpdateExpression: "SET #subscriptions.#id = :row",
      ConditionExpression:
        "attribute_exists(#connection) AND (attribute_exists(#subscriptions.#id) OR size(#subscriptions) < :most)",
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ":row": row, ":most": 20 },
      ...answers,
    });
    expect(accessPatterns.forgetSubscription.params(tables, { connection, id: "mine" })).toEqual({
      TableName,
      Key: { connection },
      UpdateExpression: "REMOVE #subscriptions.#id",
      ConditionExpression: "attribute_exists(#connection)",
      ExpressionAttributeNames: names,
      ...answers,
    });
    expect(accessPatterns.closeConnection.params(tables, { connection })).toEqual({
      TableName,
      Key: { connection },
      ReturnValues: "ALL_OLD",
    });
  });
});

describe("a request to Subscriptions", () => {
  it("subscriptionsOf, of a value and whether there are any", () => {
    const TableName = "app-stage-subscriptions";
    const after = { kind: "parent", key: "k" };
    expect(
      accessPatterns.subscriptionsOf.params(tables, { kind: "parent", value: "v|", after }),
    ).toEqual({
      TableName,
      KeyConditionExpression: "#kind = :kind AND begins_with(#key, :value)",
      ExpressionAttributeNames: { "#kind": "kind", "#key": "key" },
      ExpressionAttributeValues: { ":kind": "parent", ":value": "v|" },
      ConsistentRead: true,
      ExclusiveStartKey: after,
    });
    expect(accessPatterns.subscriptionsOf.params(tables, { kind: "parent", limit: 1 })).toEqual({
      TableName,
      KeyConditionExpression: "#kind = :kind",
      ExpressionAttributeNames: { "#kind": "kind" },
      ExpressionAttributeValues: { ":kind": "parent" },
      ConsistentRead: true,
      Limit: 1,
    });
  });

  it("putSubscription and deleteSubscription", () => {
    const TableName = "app-stage-subscriptions";
    const key = { kind: "all", key: "k" };
    const asked = { id: "mine", filter: {}, result: false, logs: true, batch: false };
    const row = { ...key, ...asked, connection: "c", nonce: "n" };
    expect(
      accessPatterns.putSubscription.params(tables, { ...row, lease: 5, expires: 10 }),
    ).toEqual({ TableName, Item: { ...row, lease: 5, expires: 10 } });
    expect(accessPatterns.deleteSubscription.params(tables, key)).toEqual({ TableName, Key: key });
  });

  it("awaitReplay and goLive: one of them has the last word", () => {
    const given = { kind: "all", key: "k", nonce: "n", seq: 8 };
    const shared = {
      TableName: "app-stage-subscriptions",
      Key: { kind: "all", key: "k" },
      ExpressionAttributeValues: { ":seq": 8, ":nonce": "n" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
    const names = { "#pending": "pending", "#nonce": "nonce", "#lease": "lease" };
    expect(accessPatterns.awaitReplay.params(tables, given)).toEqual({
      ...shared,
      UpdateExpression: "SET #pending = :seq",
      ConditionExpression:
        "#nonce = :nonce AND attribute_exists(#lease) AND (attribute_not_exists(#pending) OR #pending < :seq)",
      ExpressionAttributeNames: names,
    });
    expect(accessPatterns.goLive.params(tables, given)).toEqual({
      ...shared,
      UpdateExpression: "SET #told = :seq REMOVE #lease, #pending",
      ConditionExpression:
        "#nonce = :nonce AND (attribute_not_exists(#pending) OR #pending <= :seq)",
      ExpressionAttributeNames: { ...names, "#told": "told" },
    });
  });
});
