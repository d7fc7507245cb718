import { describe, expect, it } from "vitest";
import { executionsPath } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { handlersOf } from "../fixtures/invoke.ts";
import { startFaultyService } from "../fixtures/service.ts";
import { requestMessage } from "../fixtures/sqs.ts";

const { stack, api, queues, proxy } = await startFaultyService();

const json = { "content-type": "application/json" };
const post = (body: string | Buffer, headers: Record<string, string> = json): RequestInit => ({
  method: "POST",
  headers,
  body,
});

describe("a request that is wrong", () => {
  it.each([
    ["/999", 404, "Execution with ID 999 not found"],
    ["/-1", 404, "Execution with ID -1 not found"],
    ["/9007199254740993", 404, "Execution with ID 9007199254740993 not found"],
    ["/abc", 400, "The execution ID must be an integer"],
    ["/1.5", 400, "The execution ID must be an integer"],
    ["/1e3", 400, "The execution ID must be an integer"],
    ["/status/invalid_status", 400, "Invalid execution status: invalid_status"],
    ["/status/Completed", 400, "Invalid execution status: Completed"],
    ["/status/__proto__", 400, "Invalid execution status: __proto__"],
    ["?status=invalid_status", 400, "Invalid execution status: invalid_status"],
    ["?status=", 400, "Invalid execution status: "],
    ["/enforcement/abc", 400, "The enforcement ID must be an integer"],
    ["?enforcement=abc", 400, "enforcement must be an integer"],
    ["?parent=1.0", 400, "parent must be an integer"],
    ["?parent=", 400, "parent must be an integer"],
    ["?page=0", 400, "page must be 1 or more"],
    ["?page=-1", 400, "page must be 1 or more"],
    ["?page=two", 400, "page must be an integer"],
    ["?page=1e2", 400, "page must be an integer"],
    ["?page=99999999999999999999", 400, "page is too large"],
    ["?per_page=abc", 400, "per_page must be an integer"],
    ["?per_page=0", 400, "per_page must be 1 or more"],
    ["?page=1&page=2", 400, "page is given more than once"],
    ["?action_ref=", 400, "action_ref must not be empty"],
    ["?cursor=nonsense", 400, "cursor is not one that this API gave out"],
  ])("%s is %i %s", async (path, status, error) => {
    expect(await api.error(executionsPath + path)).toMatchObject({
      status,
      body: { status, error },
    });
  });

  it.each([
    ["GET", "/", 404, undefined],
    ["GET", "/api/v1", 404, undefined],
    ["GET", `${executionsPath}/1/2/3`, 404, undefined],
    ["GET", "/api/v1/enforcements/42", 404, undefined],
    ["GET", "/api/v1/openapi-json", 404, undefined],
    ["POST", "/docs", 405, "GET"],
    ["DELETE", `${executionsPath}/1`, 405, "GET"],
    ["PUT", executionsPath, 405, "GET, POST"],
    ["GET", `${executionsPath}/1/claim`, 405, "POST"],
    ["POST", `${executionsPath}/stats`, 405, "GET"],
    ["OPTIONS", executionsPath, 405, "GET, POST"],
  ])("%s %s is %i", async (method, path, status, allow) => {
    const { body, headers, ...answer } = await api.error(path, { method });
    expect({ ...answer, body: body.status }).toEqual({ status, body: status });
    expect(headers.get("allow") ?? undefined).toBe(allow);
  });

  it("is sent on where it has a slash too many", async () => {
    const answer = await fetch(`${stack.api}${executionsPath}/?status=failed`, {
      redirect: "manual",
    });
    expect(answer.status).toBe(308);
    expect(answer.headers.get("location")).toBe(`${executionsPath}?status=failed`);
  });

  it.each([
    ["no JSON", post("{"), 400],
    ["an empty body", post(""), 400],
    ["an array", post("[]"), 400],
    ["null", post("null"), 400],
    ["bytes that are no UTF-8", post(Buffer.from([0x22, 0xff, 0x22])), 400],
    ["no action", post("{}"), 400],
    ["an action that is no text", post('{"action_ref":1}'), 400],
    ["a pack without a name", post('{"action_ref":".echo"}'), 400],
    ["a parent that is no integer", post('{"action_ref":"a.b","parent":"1"}'), 400],
    ["a timeout of nothing", post('{"action_ref":"a.b","timeout_seconds":0}'), 400],
    ["an empty key", post('{"action_ref":"a.b","idempotency_key":""}'), 400],
    ["a form", post("action_ref=a", { "content-type": "application/x-www-form-urlencoded" }), 415],
    ["plain text", post('{"action_ref":"a.b"}', { "content-type": "text/plain" }), 415],
    [
      "a config past all limits",
      post(`{"action_ref":"a.b","config":"${"x".repeat(6_000_000)}"}`),
      413,
    ],
    ["a body past API Gateway's limit", post(`"${"x".repeat(10_500_000)}"`), 413],
  ])("with %s for a body is refused", async (_, init, status) => {
    expect(await api.error(executionsPath, init)).toMatchObject({ status, body: { status } });
  });

  it("ignores query parameters that it does not know", async () => {
    expect((await api.list({ colour: "blue", limit: "abc" })).data).toEqual([]);
  });

  it("takes a per_page over 100 for 100, and says so", async () => {
    expect((await api.list({ per_page: 1_000_000 })).pagination.page_size).toBe(100);
  });

  it.each([
    ["before all ids", { created_before: "1970-01-01" }],
    ["after all ids", { created_after: "2093-09-08", created_before: "9999-12-31" }],
    ["that ends before it begins", { created_after: "2026-02-01", created_before: "2026-01-01" }],
    ["of no length", { created_after: "2026-01-01", created_before: "2026-01-01" }],
  ])("answers a time %s with nothing", async (_, time) => {
    for (const filter of [{}, { status: "failed" }, { enforcement: 1, executor: 7 }])
      expect((await api.list({ ...filter, ...time })).data).toEqual([]);
  });

  it("answers a page past the end with nothing, however far past", async () => {
    for (const page of [2, 1_000, 9_007_199_254_740_991]) {
      expect(await api.list({ page })).toEqual({
        data: [],
        pagination: {
          page,
          page_size: 20,
          total_items: 0,
          total_pages: 0,
          complete: true,
          next_cursor: null,
          prev_cursor: null,
        },
      });
    }
  });
});

describe("a DynamoDB that is away", () => {
  it("does not make a second execution of a request whose answer was lost", async () => {
    const body = '{"action_ref":"core.echo","idempotency_key":"lost answers"}';
    for (const table of ["Idempotency", "Executions"]) {
      proxy.inject({ kind: "lose-answer", operation: "PutItem", table, times: 1 });
    }
    const answer = await api.post("", body);
    expect(answer.status).toBe(201);
    expect((await api.post("", body)).status).toBe(200);
    const { data } = await until(
      () => api.list(),
      ({ data }) => data[0]?.status === "completed",
    );
    expect(data).toHaveLength(1);
  });

  it("delays what the queue asked for, and loses nothing of it", async () => {
    proxy.inject({ kind: "lose-answer", operation: "UpdateItem", times: 3 });
    const keys = Array.from({ length: 10 }, (_, at) => `fault ${at}`);
    const answers = await Promise.all(
      keys.map((key) => api.post("", { action_ref: "core.echo", idempotency_key: key })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 201));
    const { completed } = await until(
      () => api.stats(),
      (stats) => stats.completed === 11,
    );
    expect(completed).toBe(11);
  });

  it("costs a message its last try: it is a dead letter then, with its reason", async () => {
    const invoke = await handlersOf(stack, {});
    proxy.inject({ kind: "unavailable" });
    const body = requestMessage({ action_ref: "core.echo" });
    const message = (receives: number) => ({
      messageId: `received ${receives} times`,
      receiptHandle: "none",
      body,
      attributes: { ApproximateReceiveCount: String(receives) },
    });
    expect(await invoke("executor", { Records: [message(19), message(20)] })).toEqual({
      batchItemFailures: [{ itemIdentifier: "received 19 times" }],
    });
    proxy.reset();
    const [dead, ...more] = await queues.receive("execution-requests-dlq");
    expect(more).toEqual([]);
    expect(dead?.Body).toBe(body);
    expect(dead?.MessageAttributes?.reason?.StringValue).toMatch(/./);
  });

  // Comes last: it uses up the retries that the SDK allows a process.
  it.each(["refuse", "unavailable", "throttle"] as const)(
    "(%s) is 503, and over when it is back",
    async (kind) => {
      const before = (await api.list()).pagination.total_items;
      proxy.inject({ kind });
      for (const [path, init] of [
        [executionsPath, undefined],
        [`${executionsPath}?status=failed&action_ref=a.b`, undefined],
        [`${executionsPath}/1`, undefined],
        [`${executionsPath}/stats`, undefined],
        [executionsPath, post('{"action_ref":"core.echo"}')],
        [`${executionsPath}/1/claim`, post('{"worker_id":1,"attempt":1}')],
      ] as const) {
        const { status, body, headers } = await api.error(path, init);
        expect({ path, status, body }).toEqual({
          path,
          status: 503,
          body: { status: 503, error: "The service is not available for the moment; try again" },
        });
        expect(headers.get("retry-after")).toBe("1");
      }
      proxy.reset();
      expect((await api.list()).pagination.total_items).toBe(before);
    },
  );
});
