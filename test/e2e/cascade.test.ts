import { isFinal } from "@attune/domain/lifecycle";
import { readRecord } from "@attune/store/read-execution";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { executionsPath, One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { startService } from "../fixtures/service.ts";
import { storeAt } from "../fixtures/store.ts";
import { hold, workerSeven } from "../fixtures/worker-seven.ts";

const { stack, api, queues } = await startService({ WORKER: "off" });
const store = storeAt(stack.dynamodb, stack.sqs);

const { scheduled } = workerSeven(api);

/** An execution that is handed off. */
const request = (parent?: number) => scheduled({ parent });
const requestSeveral = (count: number, parent: number) =>
  Promise.all(Array.from({ length: count }, () => request(parent)));

async function finish(id: number) {
  await api.post(`/${id}/claim`, hold);
  await api.post(`/${id}/finish`, { ...hold, status: "completed", result: null });
}

const cascade = (id: number) => api.post(`/${id}/cancel?cascade=true`, "");

/** Its worker is to stop it, or it is over. */
async function isToStop(id: number): Promise<boolean> {
  const record = await readRecord(store, id);
  return record?.cancel_requested !== undefined;
}
const untilAllStop = (ids: readonly number[]) =>
  until(
    () => Promise.all(ids.map(isToStop)),
    (all) => all.every((one) => one),
  );

describe("a cancel with all that is below", () => {
  it("reaches every unfinished one, page by page and level by level, and no other", async () => {
    const root = await request();
    const children = await requestSeveral(30, root);
    const [first = 0, second = 0, third = 0] = children;
    const below = await requestSeveral(3, first);
    const deep = await requestSeveral(2, below[0] ?? 0);
    // What is finished stays as it is, and what is below it does not.
    const finished = await request(second);
    const belowFinished = await request(finished);
    await finish(finished);
    await api.post(`/${third}/claim`, hold);
    const other = await request();

    const { status, json } = await cascade(root);
    expect({ status, id: One.parse(json).data.id }).toEqual({ status: 202, id: root });
    await untilAllStop([root, ...children, ...below, ...deep, belowFinished]);
    expect((await api.get(finished)).status).toBe("completed");
    expect(await isToStop(other)).toBe(false);
    expect((await api.post(`/${third}/heartbeat`, hold)).json).toMatchObject({
      data: { cancel_requested: true },
    });

    expect((await cascade(root)).status).toBe(200);
    await until(
      () => queues.depth("execution-requests"),
      (depth) => depth === 0,
    );
    expect(await queues.depth("execution-requests-dlq")).toBe(0);
  });

  it("is taken for what is finished, and cancels what is below it", async () => {
    const root = await request();
    const child = await request(root);
    await finish(root);
    expect((await api.post(`/${root}/cancel`, "")).status).toBe(409);
    expect((await api.post(`/${root}/cancel?cascade=false`, "")).status).toBe(409);
    const { status, json } = await cascade(root);
    expect({ status, json }).toMatchObject({
      status: 202,
      json: { data: { status: "completed" } },
    });
    await untilAllStop([child]);
  });

  it("comes to its end in a circle", async () => {
    const root = await request();
    const child = await request(root);
    const grandchild = await request(child);
    await store.client.send(
      new UpdateCommand({
        TableName: store.tables.Executions,
        Key: { id: root },
        UpdateExpression: "SET parent = :parent",
        ExpressionAttributeValues: { ":parent": grandchild },
      }),
    );
    await cascade(child);
    await untilAllStop([root, child, grandchild]);
    await until(
      () => queues.depth("execution-requests"),
      (depth) => depth === 0,
    );
  });

  it("is refused where the parameter is something else, or there is nothing", async () => {
    const id = await request();
    expect((await api.post(`/${id}/cancel?cascade=yes`, "")).status).toBe(400);
    expect(isFinal((await api.get(id)).status)).toBe(false);
    expect((await cascade(999)).status).toBe(404);
    const error = await api.error(`${executionsPath}/999/cancel?cascade=true`, { method: "POST" });
    expect(error.body.error).toBe("Execution with ID 999 not found");
  });
});

it("a message of a cascade that says nothing ends in the dead-letter queue, with its reason", async () => {
  const body = JSON.stringify({
    ...{ message_id: "0f7c1b6e-5d0c-4a53-9a53-6c8a8b9a3f10", version: "1.0" },
    ...{ message_type: "execution.cascade_requested", payload: { execution_id: 5 } },
  });
  await queues.send("execution-requests", [body]);
  await until(
    () => queues.depth("execution-requests-dlq"),
    (depth) => depth === 1,
  );
  const [message] = await queues.receive("execution-requests-dlq", 1);
  expect(message?.MessageAttributes?.reason?.StringValue).toContain("payload.root");
});
