/** Writes of executions: each one is conditional, and answers with what stood against it. */
import { type Owner, type Status, sources } from "@attune/domain/lifecycle";
import { indexKeysOf, statusKeysOf } from "../index-keys.ts";
import type { ExecutionRecord } from "../record.ts";
import { namesOf, pattern } from "./pattern.ts";

/** A change of status by its owner, what it depends on beside the status, and what is set with it. */
export interface StatusChange {
  readonly id: number;
  readonly to: Status;
  readonly by: Owner;
  readonly now: string;
  readonly shards: number;
  /** Attributes that have to be as they were read, or as the caller's hold has them. */
  readonly where?: Readonly<
    Partial<Pick<ExecutionRecord, "attempt" | "executor" | "version" | "beat">>
  >;
  /** Attributes that must not be there. */
  readonly absent?: readonly ("beat" | "cancel_requested")[];
  readonly set?: Readonly<
    Partial<Pick<ExecutionRecord, "owner" | "attempt" | "executor" | "started" | "result">>
  >;
}

export const executionWrites = {
  reserveIdempotencyKey: pattern({
    operation: "PutItem",
    table: "Idempotency",
    purpose: "The id that an idempotency key stands for; the first one wins.",
    serves: ["requestExecution", "retryExecution", "executor", "events"],
    params: (tables, given: { key: string; id: number; replaces?: number }) => ({
      TableName: tables.Idempotency,
      Item: { key: given.key, id: given.id },
      ...(given.replaces === undefined
        ? {
            ConditionExpression: "attribute_not_exists(#key)",
            ExpressionAttributeNames: { "#key": "key" },
          }
        : {
            ConditionExpression: "#id = :replaced",
            ExpressionAttributeNames: { "#id": "id" },
            ExpressionAttributeValues: { ":replaced": given.replaces },
          }),
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  createExecution: pattern({
    operation: "PutItem",
    table: "Executions",
    purpose: "A new execution, unless its id is taken.",
    serves: ["requestExecution", "retryExecution", "executor", "events"],
    params: (tables, { record, shards }: { record: ExecutionRecord; shards: number }) => ({
      TableName: tables.Executions,
      Item: { ...record, ...indexKeysOf(record, shards) },
      ConditionExpression: "attribute_not_exists(#id)",
      ExpressionAttributeNames: { "#id": "id" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  changeStatus: pattern({
    operation: "UpdateItem",
    table: "Executions",
    purpose: "A change of status by the owner, from a status that the lifecycle allows.",
    serves: [
      "cancelExecution",
      "claimExecution",
      "heartbeatExecution",
      "finishExecution",
      "executor",
      "deadLetters",
      "sweep",
    ],
    params: (tables, change: StatusChange) => {
      const from = sources(change.to, change.by);
      if (from.length === 0)
        throw new RangeError(`No ${change.by} changes a status to ${change.to}`);
      const { id, to, where = {}, absent = [], set = {} } = change;
      const keys = statusKeysOf(id, to, change.shards);
      const sets = { status: to, updated: change.now, ...keys, ...set };
      const equal = { owner: change.by, ...where };
      const values = (prefix: string, of: object) =>
        Object.fromEntries(Object.entries(of).map(([name, value]) => [`:${prefix}${name}`, value]));
      return {
        TableName: tables.Executions,
        Key: { id },
        UpdateExpression: `SET ${[
          ...Object.keys(sets).map((name) => `#${name} = :${name}`),
          "#version = #version + :one",
        ].join(", ")} REMOVE #beat`,
        ConditionExpression: [
          `#status IN (${from.map((_, at) => `:from${at}`).join(", ")})`,
          ...Object.keys(equal).map((name) => `#${name} = :if_${name}`),
          ...absent.map((name) => `attribute_not_exists(#${name})`),
        ].join(" AND "),
        ExpressionAttributeNames: namesOf([
          ...new Set([...Object.keys({ ...sets, ...equal }), ...absent, "version", "beat"]),
        ]),
        ExpressionAttributeValues: {
          ...values("", sets),
          ...values("from", from),
          ...values("if_", equal),
          ":one": 1,
        },
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      };
    },
  }),
  requestCancel: pattern({
    operation: "UpdateItem",
    table: "Executions",
    purpose: "A note for the worker side that somebody wants it cancelled: no change of status.",
    serves: ["cancelExecution", "executor"],
    params: (tables, { id, now }: { id: number; now: string }) => ({
      TableName: tables.Executions,
      Key: { id },
      UpdateExpression: "SET #cancel_requested = :now",
      ConditionExpression:
        "#owner = :worker AND #status IN (:scheduled, :running) AND attribute_not_exists(#cancel_requested)",
      ExpressionAttributeNames: namesOf(["cancel_requested", "owner", "status"]),
      ExpressionAttributeValues: {
        ":now": now,
        ":worker": "worker",
        ":scheduled": "scheduled",
        ":running": "running",
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  beat: pattern({
    operation: "UpdateItem",
    table: "Executions",
    purpose: "A sign of life of the worker that holds an execution: no index, no version.",
    serves: ["heartbeatExecution"],
    params: (tables, given: { id: number; worker: number; attempt: number; now: string }) => ({
      TableName: tables.Executions,
      Key: { id: given.id },
      UpdateExpression: "SET #beat = :now",
      ConditionExpression:
        "#status IN (:running, :canceling) AND #executor = :worker AND #attempt = :attempt",
      ExpressionAttributeNames: namesOf(["beat", "status", "executor", "attempt"]),
      ExpressionAttributeValues: {
        ":now": given.now,
        ":running": "running",
        ":canceling": "canceling",
        ":worker": given.worker,
        ":attempt": given.attempt,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
} as const;
