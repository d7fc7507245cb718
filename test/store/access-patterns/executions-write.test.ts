import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to Idempotency", () => {
  it("reserveIdempotencyKey, of a new key", () => {
    expect(accessPatterns.reserveIdempotencyKey.params(tables, { key: "k", id: 5 })).toEqual({
      TableName: "app-stage-idempotency",
      Item: { key: "k", id: 5 },
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": "key" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("reserveIdempotencyKey, in place of an id that was taken", () => {
    const given = { key: "k", id: 6, replaces: 5 };
    expect(accessPatterns.reserveIdempotencyKey.params(tables, given)).toEqual({
      TableName: "app-stage-idempotency",
      Item: { key: "k", id: 6 },
      ConditionExpression: "#id = :replaced",
      ExpressionAttributeNames: { "#id": "id" },
      ExpressionAttributeValues: { ":replaced": 5 },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });
});

describe("a request to Executions", () => {
  it("createExecution", () => {
    const record = {
      id: 5,
      status: "requested",
      owner: "executor",
      version: 1,
      attempt: 0,
      updated: "2026-01-13T10:00:00.000Z",
      action_ref: "core.echo",
      pool: "default",
      idempotency_key: "k",
      ledger: "p",
    } as const;
    expect(accessPatterns.createExecution.params(tables, { record, shards: 4 })).toEqual({
      TableName: "app-stage-executions",
      Item: {
        ...record,
        feed_key: "1|all",
        status_key: "5|unscheduled",
        action_key: "1|core.echo",
        pack_key: "1|core",
      },
      ConditionExpression: "attribute_not_exists(#id)",
      ExpressionAttributeNames: { "#id": "id" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("requestCancel", () => {
    expect(accessPatterns.requestCancel.params(tables, { id: 5, now: "t" })).toEqual({
      TableName: "app-stage-executions",
      Key: { id: 5 },
      UpdateExpression: "SET #cancel_requested = :now",
      ConditionExpression:
        "#owner = :worker AND #status IN (:scheduled, :running) AND attribute_not_exists(#cancel_requested)",
      ExpressionAttributeNames: {
        "#cancel_requested": "cancel_requested",
        "#owner": "owner",
        "#status": "status",
      },
      ExpressionAttributeValues: {
        ":now": "t",
        ":worker": "worker",
        ":scheduled": "scheduled",
        ":running": "running",
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("beat", () => {
    const given = { id: 5, worker: 7, attempt: 2, now: "t" };
    expect(accessPatterns.beat.params(tables, given)).toEqual({
      TableName: "app-stage-executions",
      Key: { id: 5 },
      UpdateExpression: "SET #beat = :now",
      ConditionExpression:
        "#status IN (:running, :canceling) AND #executor = :worker AND #attempt = :attempt",
      ExpressionAttributeNames: {
        "#beat": "beat",
        "#status": "status",
        "#executor": "executor",
        "#attempt": "attempt",
      },
      ExpressionAttributeValues: {
        ":now": "t",
        ":running": "running",
        ":canceling": "canceling",
        ":worker": 7,
        ":attempt": 2,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });
});
