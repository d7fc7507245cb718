import { randomBytes, randomUUID } from "node:crypto";
import { idOf } from "@attune/domain/ids";
import { messageText } from "@attune/domain/messages";
import { httpEvent } from "@attune/local/http/event";
import { matchRoute } from "@attune/local/http/router";
import { type HttpServer, startHttpServer } from "@attune/local/http/server";
import { queueEvent } from "@attune/local/triggers/queue";
import { streamEvent } from "@attune/local/triggers/stream-event";
import { indexKeysOf } from "@attune/store/index-keys";
import { createAudience } from "@attune/store/live/audience";
import { noteSubscription, openConnection } from "@attune/store/live/connections";
import { cursorOf, LANE, pack } from "@attune/store/live/entries";
import { moveMark, readMark, readWhatIsLeft } from "@attune/store/live/log";
import { goLive, putSubscription, subscriptionOf } from "@attune/store/live/subscriptions";
import type { Store } from "@attune/store/store";
import { type FunctionName, functions, type Lambda } from "@attune/topology/functions";
import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { executionsPath, One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { handlersOf } from "../fixtures/invoke.ts";
import { queuesOf, requestMessage } from "../fixtures/sqs.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { storeAt } from "../fixtures/store.ts";

let stack: LocalStack;
let clients: HttpServer;
let handle: Awaited<ReturnType<typeof handlersOf>>;
let running: FunctionName;
/** What each function asked of a table, as `GetItem Executions`. */
const asked = new Map<string, Set<string>>();

const Named = z.object({ TableName: z.string() });
const Batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const Transaction = z.object({
  TransactItems: z.array(z.object({ Put: Named.optional(), Update: Named.optional() })),
});

/** Command → what it needs a permission for; a transaction needs those of its parts. */
const needs: Readonly<Record<string, (input: object) => string[]>> = {
  GetItemCommand: (input) => [`GetItem ${Named.parse(input).TableName}`],
  QueryCommand: (input) => [`Query ${Named.parse(input).TableName}`],
  PutItemCommand: (input) => [`PutItem ${Named.parse(input).TableName}`],
  DeleteItemCommand: (input) => [`DeleteItem ${Named.parse(input).TableName}`],
  UpdateItemCommand: (input) => [`UpdateItem ${Named.parse(input).TableName}`],
  BatchGetItemCommand: (input) =>
    Object.keys(Batch.parse(input).RequestItems).map((table) => `BatchGetItem ${table}`),
  TransactWriteItemsCommand: (input) =>
    Transaction.parse(input).TransactItems.flatMap(({ Put, Update }) => [
      ...(Put ? [`PutItem ${Put.TableName}`] : []),
      ...(Update ? [`UpdateItem ${Update.TableName}`] : []),
    ]),
};

/** Invokes a function alone, so that all that is asked meanwhile is asked by it. */
function invoke(name: FunctionName, event: unknown): Promise<unknown> {
  running = name;
  return handle(name, event);
}

const Answer = z.object({ statusCode: z.int(), body: z.string() });

async function http(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
  const { pathname, search } = new URL(`${executionsPath}${path}`, stack.api);
  const match = matchRoute(method, pathname);
  const event = httpEvent(
    {
      method,
      path: pathname,
      query: search.slice(1),
      protocol: "HTTP/1.1",
      rawHeaders: ["content-type", "application/json"],
      body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
      sourceIp: "127.0.0.1",
    },
    match,
  );
  const name = z.enum(["query", "inspect", "command", "work", "fallback"]).parse(match.function);
  const answer = Answer.parse(await invoke(name, event));
  if (answer.statusCode >= 500) throw new Error(`${method} ${path}: ${answer.body}`);
  return JSON.parse(answer.body);
}

const execution = async (id: number) => One.parse(await http("GET", `/${id}`)).data;

/** An execution that the stack's own executor has handed off. */
async function handedOff(body: object): Promise<number> {
  const { id } = One.parse(await http("POST", "", body)).data;
  await until(
    () => execution(id),
    ({ status }) => status === "scheduled",
  );
  return id;
}

const messages = (...bodies: readonly string[]) =>
  queueEvent(
    bodies.map((Body) => ({ MessageId: randomUUID(), ReceiptHandle: "none", Body })),
    "arn:aws:sqs:us-east-1:000000000000:queue",
  );

const changesOf = (image: object, before: object) =>
  streamEvent(
    [
      {
        eventName: "MODIFY",
        dynamodb: {
          NewImage: marshall(image, { removeUndefinedValues: true }),
          OldImage: marshall(before, { removeUndefinedValues: true }),
          SequenceNumber: "1",
          ApproximateCreationDateTime: new Date(),
        },
      },
    ],
    "arn:aws:dynamodb:us-east-1:000000000000:table/Executions/stream/1",
  );

/** Of the end that is watched: no other change has it. */
const END_VERSION = 101;

/**
 * A client follows an execution to its end, and is told of it with its result, and of the first line of its log; then there
 * are hours without a change.
 */
async function watch(store: Store, execution: number, end: () => Promise<unknown>): Promise<void> {
  const direct = storeAt(stack.dynamodb);
  const say = (connectionId: string, eventType: string, body?: object) =>
    invoke("live", { requestContext: { connectionId, eventType }, body: JSON.stringify(body) });
  for (let left = await readWhatIsLeft(direct, 0); left.length > 0; ) {
    for (const { seq } of left) {
      const Key = { lane: LANE, seq };
      await direct.client.send(new DeleteCommand({ TableName: direct.tables.LiveLog, Key }));
    }
    left = await readWhatIsLeft(direct, 0);
  }
  // Hours after all that the executions did before, and then as many again.
  const clock = (hours: number) =>
    Object.assign(store, { now: () => new Date(Date.now() + hours * 3_600_000) });
  clock(3);
  await createAudience({ ...direct, now: store.now }).note();
  await end();
  // The stack logs as well what is late, now that somebody listens.
  const entry = (await readWhatIsLeft(direct, 0)).find(({ changes }) =>
    changes.some((change) => "version" in change && change.version === END_VERSION),
  );
  if (entry === undefined) throw new Error("Nothing is in the log");
  const filter = { execution };
  await say("here", "CONNECT");
  const subscribe = { type: "subscribe", filter, result: true, logs: true };
  await say("here", "MESSAGE", { ...subscribe, since: cursorOf({ seq: entry.seq - 1 }) });
  await say("here", "MESSAGE", { type: "unsubscribe" });

  const gone = subscriptionOf(direct, "gone", {
    id: "default",
    filter,
    result: true,
    logs: true,
    batch: true,
  });
  await openConnection(direct, "gone");
  await putSubscription(direct, gone);
  await noteSubscription(direct, gone);
  await goLive(direct, gone, 0);
  const replayed = subscriptionOf(direct, "there", {
    id: "default",
    filter,
    result: false,
    logs: false,
    batch: false,
  });
  await putSubscription(direct, replayed);
  await moveMark(direct, "told", entry.seq - 2, await readMark(direct, "told"));
  const { changes, ...image } = entry;
  const facts = { action_ref: "core.x", parent: null, enforcement: 1 };
  const growth = { id: execution, from_seq: 1, to_seq: 1, status: null, ...facts };
  await invoke("notifier", changesOf({ ...image, changes: pack([...changes, growth]) }, {}));

  clock(6);
  await invoke("logLines", changesOf({ execution, seq: 1, last: 1, action_ref: "core.x" }, {}));
  const line = (await readWhatIsLeft(direct, entry.seq)).at(-1)?.seq ?? 0;
  await say("here", "MESSAGE", { ...subscribe, since: cursorOf({ seq: line - 1 }) });
  clock(9);
  await say("here", "MESSAGE", subscribe);
  clock(0);
  await say("here", "DISCONNECT");
}

beforeAll(async () => {
  stack = await startLocalStack({ WORKER: "off" });
  clients = await startHttpServer(0, async ({ path }) => ({
    ...{ status: path.endsWith("/gone") ? 410 : 200, body: Buffer.alloc(0) },
    headers: path.endsWith("/gone") ? { "x-amzn-errortype": "GoneException" } : {},
  }));
  const limits = { WAKE_SECONDS: "0.001", LEASE_SECONDS: "0.001" };
  handle = await handlersOf(stack, limits, clients.url);
  const { store } = await import("@attune/functions/resources");
  const { readRecord } = await import("@attune/store/read-execution");
  const queues = await queuesOf(stack);

  const timestamp = new Date().toISOString();
  const large = "x".repeat(5_000);
  const hold = { worker_id: 7, attempt: 1 };
  const request = { action_ref: "core.x", config: large, enforcement: 1, idempotency_key: "k" };

  store.client.middlewareStack.add(
    (next, context) => (args) => {
      const need = needs[String(context.commandName)];
      if (need === undefined) throw new Error(`${context.commandName} is new here`);
      asked.set(running, new Set([...(asked.get(running) ?? []), ...need(args.input)]));
      return next(args);
    },
    { step: "initialize" },
  );

  const done = await handedOff(request);
  await http("POST", "", request);
  await http("POST", `/${done}/claim`, hold);
  await http("POST", `/${done}/heartbeat`, hold);
  const line = { seq: 1, stream: "stdout", time: "2026-11-23T00:00:00Z", text: "hello" };
  await http("POST", `/${done}/logs`, { ...hold, lines: [line] });
  await http("GET", `/${done}/logs`);
  await http("GET", `/${done}/logs?after=1`);
  await http("GET", "/999/logs");
  await http("POST", `/${done}/finish`, { ...hold, status: "failed", result: large });
  await http("POST", `/${done}/retry`);
  await http("POST", `/${await handedOff({ action_ref: "core.x" })}/cancel`);
  for (const path of [
    "",
    "/stats",
    "/status/failed",
    "/enforcement/1",
    "?status=failed&parent=1",
    "?result_contains=xx",
    `/${done}/history`,
    `/${done}/tree`,
    `/${done}/tree?limit=1`,
    `/${done}/children`,
    "/999/history",
    "/nothing/here",
  ])
    await http("GET", path);

  const twice = requestMessage({ action_ref: "core.x", config: large, idempotency_key: "m" });
  await invoke("executor", messages(twice));
  await invoke("executor", messages(twice));

  const payload = JSON.stringify({ execution_id: done, root: done, after: null });
  const stamp = { message_id: randomUUID(), correlation_id: randomUUID(), timestamp };
  await invoke("executor", messages(messageText("execution.cascade_requested", payload, stamp)));

  const record = await readRecord(storeAt(stack.dynamodb), done);
  const before = { ...record, status: "running" };
  await invoke("counters", changesOf({ ...record, version: 99, status: "running" }, before));
  await invoke("counters", changesOf({ ...record, version: 100, status: "completed" }, before));
  // Each too small for a chunk of its own, together enough to settle.
  for (let at = 1; at <= 12; at++) {
    const result = { text: JSON.stringify(randomBytes(600).toString("base64")) };
    const other = { ...record, id: done + at, version: 100, status: "completed", result };
    await invoke("counters", changesOf(other, before));
  }
  // Of so many, the segments cost less than the items.
  await http("GET", "?result_contains=xx");
  await invoke("compaction", {});
  // Counted as what it is not, with a result that it has not.
  const old = { ...record, id: idOf(Date.now() - 864_000_000, 1), action_ref: "core.old" };
  const { client, tables } = storeAt(stack.dynamodb);
  const Item = { ...old, status: "failed", ...indexKeysOf({ ...old, status: "failed" }, 1) };
  await client.send(new PutCommand({ TableName: tables.Executions, Item }));
  const otherwise = { version: 100, status: "completed", result: { text: '"other"' } };
  await invoke("counters", changesOf({ ...old, ...otherwise }, before));
  await invoke("recount", { mode: "repair" });
  const retry = { max_attempts: 3, backoff_seconds: 1, max_backoff_seconds: 1 };
  await invoke("events", changesOf({ ...record, retry }, before));
  await invoke("events", changesOf({ ...record, retry }, before));

  await watch(store, done, () =>
    invoke("events", changesOf({ ...record, status: "failed", version: END_VERSION }, before)),
  );

  const [unclaimed] = await queues.receive("execution-scheduled", 5);
  await invoke("deadLetters", messages(unclaimed?.Body ?? ""));
  const silent = await handedOff({ action_ref: "core.x" });
  await http("POST", `/${silent}/claim`, hold);
  await invoke("sweep", {});
}, 120_000);
afterAll(async () => {
  await clients.stop(0);
  await stack.stop();
});

it.each(Object.entries<Lambda>(functions))(
  "%s asks of tables what its role allows, and all of it",
  (name, lambda) => {
    const allowed = Object.entries(lambda.tables).flatMap(([table, actions]) =>
      actions.map((action) => `${action} ${table}`),
    );
    expect([...(asked.get(name) ?? [])].toSorted()).toEqual(allowed.toSorted());
  },
);
