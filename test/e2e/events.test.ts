import { isFinal } from "@attune/domain/lifecycle";
import { EventMessage } from "@attune/domain/messages";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Api, apiAt, One } from "../fixtures/api.ts";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { until } from "../fixtures/executions.ts";
import { randomFrom } from "../fixtures/random.ts";
import { type Queues, queuesOf } from "../fixtures/sqs.ts";
import { faultsFrom, type SqsFault, type SqsProxy, startSqsProxy } from "../fixtures/sqs-proxy.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

const queue = "execution-events";

let engines: Engines;
let proxy: SqsProxy;
let stack: LocalStack;
let api: Api;
let queues: Queues;
let nextFault: (entries: number) => SqsFault | undefined = () => undefined;
beforeAll(async () => {
  engines = await startEngines();
  proxy = await startSqsProxy({
    target: engines.sqs,
    queue,
    nextFault: (entries) => nextFault(entries),
  });
  stack = await startLocalStack({
    DYNAMODB_ENDPOINT: engines.dynamodb,
    SQS_ENDPOINT: proxy.url,
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
  api = apiAt(stack.api);
  queues = await queuesOf(stack);
});
afterAll(async () => {
  await stack.stop();
  await proxy.stop();
  await engines.stop();
});

/** Each kind of life: what is asked for, and what is told of it. */
const lives = [
  {
    body: { action_ref: "core.echo", config: { n: 1 }, enforcement: 42 },
    changes: ["requested", "scheduling", "scheduled", "running", "completed"],
  },
  {
    body: { action_ref: "core.fail", config: { message: "on purpose" }, parent: 7 },
    changes: ["requested", "scheduling", "scheduled", "running", "failed"],
  },
  {
    body: { action_ref: "core.echo", pool: "nobody" },
    changes: ["requested", "scheduling", "failed"],
  },
] as const;
type Life = (typeof lives)[number];

const requestOne = async (life: Life) => ({
  id: One.parse((await api.post("", life.body)).json).data.id,
  life,
});

/** What SQS took, each message parsed once. */
const parsed: EventMessage[] = [];
function taken(): readonly EventMessage[] {
  const bodies = proxy.taken(queue).slice(parsed.length);
  parsed.push(...bodies.map((body) => EventMessage.parse(JSON.parse(body))));
  return parsed;
}

/** What is told of an execution, as a consumer that knows its duplicates by their `message_id` has it. */
function toldOf(id: number): EventMessage[] {
  const own = taken().filter(({ payload }) => payload.execution_id === id);
  return [...new Map(own.map((message) => [message.message_id, message])).values()];
}

const isOver = (told: readonly EventMessage[]) =>
  told.some(({ message_type }) => message_type === "execution.completed");

function expectLife(told: readonly EventMessage[], id: number, { body, changes }: Life) {
  const about = {
    execution_id: id,
    action_ref: body.action_ref,
    parent: "parent" in body ? body.parent : null,
    enforcement: "enforcement" in body ? body.enforcement : null,
  };
  const at = expect.any(String);
  expect(told.map(({ message_type, payload }) => ({ message_type, payload }))).toEqual(
    changes.flatMap((new_status, index) => {
      const previous_status = changes[index - 1] ?? null;
      const changed = {
        message_type: "execution.status_changed",
        payload: { ...about, previous_status, new_status, changed_at: at },
      };
      const completed = {
        message_type: "execution.completed",
        payload: { ...about, status: new_status, completed_at: at },
      };
      return isFinal(new_status) ? [changed, completed] : [changed];
    }),
  );
  const times = told.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted());
  expect(new Set(told.map(({ correlation_id }) => correlation_id)).size).toBe(1);
}

async function runHundred() {
  const executions = await Promise.all(
    Array.from({ length: 100 }, (_, n) => requestOne(lives[n % lives.length] ?? lives[0])),
  );
  await until(
    async () => executions.map(({ id }) => id).filter((id) => !isOver(toldOf(id))),
    (open) => open.length === 0,
    { seconds: 150 },
  );
  return executions;
}

it("tells of a hundred executions: each change once, in order, and the end", async () => {
  const executions = await runHundred();
  for (const { id, life } of executions) expectLife(toldOf(id), id, life);

  const received: string[] = [];
  while ((await queues.depth(queue)) > 0) {
    for (const message of await queues.receive(queue)) {
      received.push(message.Body ?? "");
      await queues.remove(queue, message);
    }
  }
  expect(received.toSorted()).toEqual(proxy.taken(queue).toSorted());
}, 180_000);

it("loses nothing and keeps the order while SQS refuses, is away, or says nothing", async () => {
  nextFault = faultsFrom(randomFrom(7));
  const executions = await runHundred();
  nextFault = () => undefined;
  expect(proxy.faults()).toBeGreaterThan(10);
  for (const { id, life } of executions) expectLife(toldOf(id), id, life);
}, 180_000);

it("follows up what has failed and may be tried again, once the end is told", async () => {
  const { body } = lives[1];
  const retry = { max_attempts: 2, backoff_seconds: 0 };
  const { json } = await api.post("", { ...body, enforcement: 77, retry });
  const { id } = One.parse(json).data;
  const { data } = await until(
    () => api.list({ enforcement: 77, status: "failed" }),
    (list) => list.data.length === 2,
  );
  const next = await api.get(data[0]?.id ?? 0);
  expect(next).toMatchObject({ original_execution: id, enforcement: 77 });
  await until(
    async () => toldOf(next.id),
    (told) => isOver(told),
  );
  const order = taken();
  const ended = order.findIndex(
    ({ message_type, payload }) =>
      message_type === "execution.completed" && payload.execution_id === id,
  );
  const begun = order.findIndex(({ payload }) => payload.execution_id === next.id);
  expect(ended).toBeGreaterThan(-1);
  expect(begun).toBeGreaterThan(ended);
});
