import { accessPatterns } from "@attune/store/access-patterns/index";
import { functions, type Lambda } from "@attune/topology/functions";
import { type Route, routes } from "@attune/topology/routes";
import { tables as definitions } from "@attune/topology/tables";
import { describe, expect, it } from "vitest";

/** Physical names that are not the logical ones. */
const tables = {
  Executions: "app-stage-executions",
  Payloads: "app-stage-payloads",
  Idempotency: "app-stage-idempotency",
  Counters: "app-stage-counters",
  History: "app-stage-history",
  Segments: "app-stage-segments",
  Logs: "app-stage-logs",
  LiveLog: "app-stage-live-log",
  Subscriptions: "app-stage-subscriptions",
  Connections: "app-stage-connections",
};

describe("the input of each access pattern", () => {
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
        status_key: "1|requested",
        action_key: "1|core.echo",
        pack_key: "1|core",
      },
      ConditionExpression: "attribute_not_exists(#id)",
      ExpressionAttributeNames: { "#id": "id" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("changeStatus, by the executor", () => {
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
        ":status_key": "0|scheduling",
        ":from0": "requested",
        ":if_owner": "executor",
        ":one": 1,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  it("changeStatus, by the worker that holds the execution", () => {
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

  it("changeStatus, unless anything has happened since the execution was read", () => {
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

const patterns = Object.entries(accessPatterns);

/** The function that makes a request for whatever a pattern serves: a route's, or the function itself. */
const functionOf = (served: string): string | undefined =>
  Object.hasOwn(routes, served)
    ? (routes as Readonly<Record<string, Route>>)[served]?.function
    : Object.keys(functions).find((name) => name === served);

describe("the access patterns as a whole", () => {
  it("hold no Scan, and a purpose and somebody to serve each", () => {
    const operations = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"];
    for (const [name, { operation, purpose, serves }] of patterns) {
      expect(operations, name).toContain(operation);
      expect(purpose, name).toMatch(/^[A-Z].*\.$/);
      expect(serves, name).not.toEqual([]);
      expect(new Set(serves).size, name).toBe(serves.length);
    }
  });

  it("name the table that they work on", () => {
    expect(patterns.map(([, { table }]) => table).filter((one) => !(one in definitions))).toEqual(
      [],
    );
  });

  it("serve routes and functions that exist", () => {
    for (const [name, { serves }] of patterns)
      for (const served of serves) expect(functionOf(served), `${name}: ${served}`).toBeDefined();
  });

  it("leave out functions with routes, whose routes they name", () => {
    const withRoutes = new Set<string>(Object.values(routes).map((route) => route.function));
    for (const [name, { serves }] of patterns)
      expect(
        serves.filter((served) => withRoutes.has(served)),
        name,
      ).toEqual([]);
  });

  it.each(Object.entries<Lambda>(functions))(
    "are all that the role of %s may do to tables, and it may do all of them",
    (name, lambda) => {
      const used = patterns
        .filter(([, { serves }]) => serves.some((served) => functionOf(served) === name))
        .map(([, { operation, table }]) => `${operation} ${table}`);
      const allowed = Object.entries(lambda.tables).flatMap(([table, actions]) =>
        actions.map((action) => `${action} ${table}`),
      );
      expect(allowed.toSorted()).toEqual([...new Set(used)].toSorted());
    },
  );
});
