/** The live log, connections and subscriptions. */
import type { LiveFilter } from "@attune/domain/live";
import { pattern } from "./pattern.ts";

interface Key {
  readonly kind: string;
  readonly key: string;
}

export const livePatterns = {
  liveEntries: pattern({
    operation: "Query",
    table: "LiveLog",
    purpose: "Changes after some entry of the live log, oldest first; or the newest entry alone.",
    serves: ["events", "logLines", "notifier", "live"],
    params: (
      tables,
      given: { lane: string; after: number; order: "oldest" | "newest"; limit: number },
    ) => ({
      TableName: tables.LiveLog,
      KeyConditionExpression: "#lane = :lane AND #seq > :after",
      ExpressionAttributeNames: { "#lane": "lane", "#seq": "seq" },
      ExpressionAttributeValues: { ":lane": given.lane, ":after": given.after },
      ScanIndexForward: given.order === "oldest",
      Limit: given.limit,
      ConsistentRead: true,
    }),
  }),
  putLiveEntry: pattern({
    operation: "PutItem",
    table: "LiveLog",
    purpose: "Changes as the next entry of the live log, unless it is there.",
    serves: ["events", "logLines", "live"],
    params: (
      tables,
      item: {
        lane: string;
        seq: number;
        at: number;
        writer: string;
        changes: Uint8Array;
        expires: number;
      },
    ) => ({
      TableName: tables.LiveLog,
      Item: item,
      ConditionExpression: "attribute_not_exists(#seq)",
      ExpressionAttributeNames: { "#seq": "seq" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  liveMark: pattern({
    operation: "GetItem",
    table: "LiveLog",
    purpose:
      "Where the live log last began, the entry up to which everybody was told, or when somebody last subscribed.",
    serves: ["events", "logLines", "live", "notifier"],
    params: (tables, { lane }: { lane: string }) => ({
      TableName: tables.LiveLog,
      Key: { lane, seq: 0 },
      ConsistentRead: true,
    }),
  }),
  putLiveMark: pattern({
    operation: "PutItem",
    table: "LiveLog",
    purpose: "Moves such a mark, unless it has moved since it was read.",
    serves: ["events", "logLines", "live", "notifier"],
    params: (
      tables,
      { lane, at, before }: { lane: string; at: number; before: number | undefined },
    ) => ({
      TableName: tables.LiveLog,
      Item: { lane, seq: 0, at },
      ConditionExpression: before === undefined ? "attribute_not_exists(#at)" : "#at = :before",
      ExpressionAttributeNames: { "#at": "at" },
      ...(before === undefined ? {} : { ExpressionAttributeValues: { ":before": before } }),
    }),
  }),
  noteAudience: pattern({
    operation: "PutItem",
    table: "LiveLog",
    purpose:
      "Notes when somebody has subscribed: the log is written for those who may come back to it.",
    serves: ["live"],
    params: (tables, { at }: { at: number }) => ({
      TableName: tables.LiveLog,
      Item: { lane: "audience", seq: 0, at },
    }),
  }),
  openConnection: pattern({
    operation: "PutItem",
    table: "Connections",
    purpose: "A WebSocket that has opened.",
    serves: ["live"],
    params: (tables, item: { connection: string; expires: number }) => ({
      TableName: tables.Connections,
      Item: { ...item, subscriptions: {} },
    }),
  }),
  noteSubscription: pattern({
    operation: "UpdateItem",
    table: "Connections",
    purpose: "Notes a subscription with its connection, in place of another one of its name.",
    serves: ["live"],
    params: (tables, given: { connection: string; id: string; row: Key; most: number }) => ({
      TableName: tables.Connections,
      Key: { connection: given.connection },
      UpdateExpression: "SET #subscriptions.#id = :row",
      ConditionExpression:
        "attribute_exists(#connection) AND (attribute_exists(#subscriptions.#id) OR size(#subscriptions) < :most)",
      ExpressionAttributeNames: {
        "#connection": "connection",
        "#subscriptions": "subscriptions",
        "#id": given.id,
      },
      ExpressionAttributeValues: {
        ":row": { kind: given.row.kind, key: given.row.key },
        ":most": given.most,
      },
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  forgetSubscription: pattern({
    operation: "UpdateItem",
    table: "Connections",
    purpose: "Takes a subscription from its connection.",
    serves: ["live"],
    params: (tables, { connection, id }: { connection: string; id: string }) => ({
      TableName: tables.Connections,
      Key: { connection },
      UpdateExpression: "REMOVE #subscriptions.#id",
      ConditionExpression: "attribute_exists(#connection)",
      ExpressionAttributeNames: {
        "#connection": "connection",
        "#subscriptions": "subscriptions",
        "#id": id,
      },
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  closeConnection: pattern({
    operation: "DeleteItem",
    table: "Connections",
    purpose: "A WebSocket that has closed, and what it had subscribed to.",
    serves: ["live", "notifier"],
    params: (tables, { connection }: { connection: string }) => ({
      TableName: tables.Connections,
      Key: { connection },
      ReturnValues: "ALL_OLD",
    }),
  }),
  subscriptionsOf: pattern({
    operation: "Query",
    table: "Subscriptions",
    purpose: "Those who subscribed to a value of one kind; or whether there is anybody of a kind.",
    serves: ["notifier"],
    params: (
      tables,
      given: { kind: string; value?: string; limit?: number; after?: Record<string, unknown> },
    ) => ({
      TableName: tables.Subscriptions,
      KeyConditionExpression:
        given.value === undefined ? "#kind = :kind" : "#kind = :kind AND begins_with(#key, :value)",
      ExpressionAttributeNames: {
        "#kind": "kind",
        ...(given.value === undefined ? {} : { "#key": "key" }),
      },
      ExpressionAttributeValues: {
        ":kind": given.kind,
        ...(given.value === undefined ? {} : { ":value": given.value }),
      },
      ConsistentRead: true,
      ...(given.limit === undefined ? {} : { Limit: given.limit }),
      ...(given.after === undefined ? {} : { ExclusiveStartKey: given.after }),
    }),
  }),
  putSubscription: pattern({
    operation: "PutItem",
    table: "Subscriptions",
    purpose: "A subscription that is told first what it missed.",
    serves: ["live"],
    params: (
      tables,
      item: Key & {
        connection: string;
        id: string;
        filter: LiveFilter;
        result: boolean;
        logs: boolean;
        batch: boolean;
        nonce: string;
        lease: number;
        expires: number;
      },
    ) => ({ TableName: tables.Subscriptions, Item: item }),
  }),
  awaitReplay: pattern({
    operation: "UpdateItem",
    table: "Subscriptions",
    purpose: "Leaves an entry to the one who tells a subscription what it missed, while he does.",
    serves: ["notifier"],
    params: (tables, { kind, key, nonce, seq }: Key & { nonce: string; seq: number }) => ({
      TableName: tables.Subscriptions,
      Key: { kind, key },
      UpdateExpression: "SET #pending = :seq",
      ConditionExpression:
        "#nonce = :nonce AND attribute_exists(#lease) AND (attribute_not_exists(#pending) OR #pending < :seq)",
      ExpressionAttributeNames: { "#pending": "pending", "#nonce": "nonce", "#lease": "lease" },
      ExpressionAttributeValues: { ":seq": seq, ":nonce": nonce },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  goLive: pattern({
    operation: "UpdateItem",
    table: "Subscriptions",
    purpose: "From here on a subscription is told of each entry, unless one was left meanwhile.",
    serves: ["live"],
    params: (tables, { kind, key, nonce, seq }: Key & { nonce: string; seq: number }) => ({
      TableName: tables.Subscriptions,
      Key: { kind, key },
      UpdateExpression: "SET #told = :seq REMOVE #lease, #pending",
      ConditionExpression:
        "#nonce = :nonce AND (attribute_not_exists(#pending) OR #pending <= :seq)",
      ExpressionAttributeNames: {
        "#told": "told",
        "#lease": "lease",
        "#pending": "pending",
        "#nonce": "nonce",
      },
      ExpressionAttributeValues: { ":seq": seq, ":nonce": nonce },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  }),
  deleteSubscription: pattern({
    operation: "DeleteItem",
    table: "Subscriptions",
    purpose: "A subscription that nobody holds any more.",
    serves: ["live", "notifier"],
    params: (tables, { kind, key }: Key) => ({
      TableName: tables.Subscriptions,
      Key: { kind, key },
    }),
  }),
} as const;
