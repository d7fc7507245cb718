import { accessPatterns } from "@attune/store/access-patterns/index";
import { describe, expect, it } from "vitest";
import { tables } from "./tables.ts";

describe("a request to change a status", () => {
  it("by the executor", () => {
    const change = { id: 5, to: "scheduling", by: "executor", now: "t", shards: 1 } as const;
    expect(accessPatterns.changeStatus.params(tables, change)).toEqual({
      TableName: "app-stage-executions",
      Key: { id: 5 },
      UpdateExpression:
        "SET #status = :status, #updated = :updated, #status_key = :status_key, #version = #version + :one REMOVE #beat",
      ConditionExpression: "#status IN (:from0) AND #owner = :if_owner",
      ExpressionAttributeNames: {
        "#status": "status",
        "#updated": "updated",
        "#status_key": "status_key",
        "#owner": "owner",
        "#version": "version",
        "#beat": "beat",
      },
      ExpressionAttributeValues: {
        ":status": "scheduling",
        ":updated": "t",
        ":status_key": "1|unscheduled",
        ":from0": "requested",
        ":if_owner": "executor",
        ":one": 1,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("by the worker that holds the execution", () => {
    expect(
      accessPatterns.changeStatus.params(tables, {
        id: 5,
        to: "completed",
        by: "worker",
        now: "t",
        shards: 4,
        where: { attempt: 2, executor: 7 },
        set: { result: { text: "1" } },
      }),
    ).toMatchObject({
      UpdateExpression:
        "SET #status = :status, #updated = :updated, #status_key = :status_key, #final_key = :final_key, #result = :result, #version = #version + :one REMOVE #beat",
      ConditionExpression:
        "#status IN (:from0, :from1) AND #owner = :if_owner AND #attempt = :if_attempt AND #executor = :if_executor",
      ExpressionAttributeValues: {
        ":status": "completed",
        ":updated": "t",
        ":status_key": "1|completed",
        ":final_key": "completed#00000000005",
        ":result": { text: "1" },
        ":from0": "running",
        ":from1": "canceling",
        ":if_owner": "worker",
        ":if_attempt": 2,
        ":if_executor": 7,
        ":one": 1,
      },
    });
  });

  it("unless anything has happened since the execution was read", () => {
    const change = { id: 5, to: "abandoned", by: "worker", now: "t", shards: 1 } as const;
    expect(
      accessPatterns.changeStatus.params(tables, {
        ...change,
        where: { version: 5 },
        absent: ["beat"],
        set: { result: { text: "1" } },
      }),
    ).toMatchObject({
      ConditionExpression:
        "#status IN (:from0, :from1, :from2) AND #owner = :if_owner AND #version = :if_version AND attribute_not_exists(#beat)",
      ExpressionAttributeNames: {
        "#status": "status",
        "#updated": "updated",
        "#status_key": "status_key",
        "#final_key": "final_key",
        "#result": "result",
        "#owner": "owner",
        "#version": "version",
        "#beat": "beat",
      },
      ExpressionAttributeValues: {
        ":status": "abandoned",
        ":from0": "scheduled",
        ":from1": "running",
        ":from2": "canceling",
        ":if_owner": "worker",
        ":if_version": 5,
      },
    });
  });
});
