import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { until } from "../fixtures/executions.ts";
import { startService } from "../fixtures/service.ts";
import { requestMessage } from "../fixtures/sqs.ts";

const { api, queues } = await startService();

const valid = Array.from({ length: 200 }, (_, at) => {
  const action_ref = ["core.echo", "core.fail", "core.sleep", "core.unknown"][at % 4] ?? "";
  const config = { n: at, message: `failure ${at}`, seconds: 0.01 };
  return {
    at,
    action_ref,
    config,
    text: requestMessage({
      action_ref,
      config,
      action: at,
      enforcement: 1 + (at % 7),
      // Half of them bring a key of their own, the others rely on the message's id.
      ...(at % 2 === 0 ? { idempotency_key: `request ${at}` } : {}),
    }),
  };
});

const malformed = [
  "no JSON at all",
  "{",
  "[]",
  "null",
  "{}",
  JSON.stringify({ message_id: randomUUID(), message_type: "execution.requested", version: "1.0" }),
  requestMessage({}),
  requestMessage({ action_ref: 7 }),
  requestMessage({ action_ref: "core.echo", parent: "1" }),
  requestMessage({ action_ref: "core.echo" }).replace("execution.requested", "execution.nonsense"),
];

describe("200 requests, 50 of them twice, among 10 malformed messages", () => {
  it("end in 200 executions, each in its final status, and 10 dead letters with their reasons", async () => {
    const messages = [...valid, ...valid.slice(0, 50)].map(({ text }) => text);
    // Spread over the whole run, so that duplicates meet in one batch and far apart.
    const shuffled = [...messages, ...malformed].toSorted(() => Math.random() - 0.5);
    await queues.send("execution-requests", shuffled);

    const stats = await until(
      () => api.stats(),
      ({ total = 0, pending = 1, running = 1 }) => total >= 200 && pending === 0 && running === 0,
      { seconds: 55 },
    );
    expect(stats).toEqual({
      total: 200,
      completed: 100,
      failed: 100,
      running: 0,
      pending: 0,
      cancelled: 0,
      timeout: 0,
      abandoned: 0,
    });

    const pages = await Promise.all([1, 2].map((page) => api.list({ page, per_page: 100 })));
    const executions = await Promise.all(
      pages.flatMap(({ data }) => data).map(({ id }) => api.get(id)),
    );
    expect(executions.map(({ action }) => action).sort((a, b) => Number(a) - Number(b))).toEqual(
      valid.map(({ at }) => at),
    );
    for (const { action, action_ref, status, result, executor, enforcement } of executions) {
      const { at, config } = valid[Number(action)] ?? { at: -1, config: undefined };
      const expected = {
        "core.echo": { status: "completed", result: config },
        "core.fail": { status: "failed", result: { error: `failure ${at}` } },
        "core.sleep": { status: "completed", result: { slept_seconds: 0.01 } },
        "core.unknown": {
          status: "failed",
          result: { error: expect.stringContaining("does not know core.unknown") },
        },
      }[action_ref];
      expect({ status, result, executor, enforcement }).toEqual({
        ...expected,
        executor: expect.any(Number),
        enforcement: 1 + (at % 7),
      });
    }

    expect(
      await until(
        () => queues.depth("execution-requests"),
        (depth) => depth === 0,
      ),
    ).toBe(0);
    expect(
      await until(
        () => queues.depth("execution-scheduled"),
        (depth) => depth === 0,
      ),
    ).toBe(0);
    expect(await queues.depth("execution-scheduled-dlq")).toBe(0);
    expect(await queues.depth("execution-requests-dlq")).toBe(10);
    const dead = [
      ...(await queues.receive("execution-requests-dlq")),
      ...(await queues.receive("execution-requests-dlq")),
    ];
    for (const { Body, MessageAttributes } of dead) {
      expect(malformed).toContain(Body);
      expect(MessageAttributes?.reason?.StringValue).toMatch(
        /^The message is not (JSON|valid: .+)$/,
      );
    }
  });

  it("change nothing when they are delivered once more", async () => {
    const before = await api.list({ per_page: 100 });
    await queues.send(
      "execution-requests",
      valid.slice(0, 30).map(({ text }) => text),
    );
    await until(
      () => queues.depth("execution-requests"),
      (depth) => depth === 0,
    );
    expect(await api.list({ per_page: 100 })).toEqual(before);
    expect(await queues.depth("execution-scheduled")).toBe(0);
  });
});
