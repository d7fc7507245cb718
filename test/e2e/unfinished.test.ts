import { ExecutionScheduled } from "@attune/domain/messages";
import type { Message } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { handlersOf } from "../fixtures/invoke.ts";
import { startService } from "../fixtures/service.ts";

/** Short enough to wait for, and so far apart that a test knows which one it waits for. */
const limits = {
  LEASE_SECONDS: "1",
  WAKE_SECONDS: "0.5",
  SCHEDULING_SECONDS: "600",
  QUEUE_SECONDS: "2",
  GRACE_SECONDS: "0.1",
};

const { stack, api, queues } = await startService({ WORKER: "off", ...limits });
const invoke = await handlersOf(stack, limits);

async function request(body: Record<string, unknown> = {}) {
  const { json } = await api.post("", { action_ref: "test.unfinished", ...body });
  return One.parse(json).data.id;
}

async function receive(id: number): Promise<Message> {
  for (;;) {
    for (const message of await queues.receive("execution-scheduled", 5)) {
      await queues.remove("execution-scheduled", message);
      const { payload } = ExecutionScheduled.parse(JSON.parse(message.Body ?? ""));
      if (payload.execution_id === id) return message;
    }
  }
}

/** An execution whose message a worker has taken. */
async function received(body: Record<string, unknown> = {}) {
  const id = await request(body);
  await receive(id);
  return id;
}

const hold = { worker_id: 7, attempt: 1 };
const claim = (id: number, by = hold) => api.post(`/${id}/claim`, by);
const cancel = (id: number) => api.post(`/${id}/cancel`, "");
const sweep = () => invoke("sweep", {});

/** Sweeps until an execution has a status. */
const sweptTo = (id: number, status: string) =>
  until(
    async () => {
      await sweep();
      return api.get(id);
    },
    (execution) => execution.status === status,
  );

describe("a worker that dies", () => {
  it("loses its claim to whoever gets the message next: abandoned", async () => {
    const id = await received();
    await claim(id);
    const second = { worker_id: 8, attempt: 1 };
    const early = await claim(id, second);
    expect(early.json).toMatchObject({ error: `Execution ${id} is claimed by worker 7` });
    const late = await until(
      () => claim(id, second),
      ({ json }) => JSON.stringify(json).includes("is abandoned"),
    );
    expect(late.status).toBe(409);
    expect(await api.get(id)).toMatchObject({
      status: "abandoned",
      executor: 7,
      result: { error: "Its worker has not said for 1 s that it lives" },
    });
    expect(
      (await api.post(`/${id}/finish`, { ...hold, status: "completed", result: 1 })).status,
    ).toBe(409);
  });

  it("is found by the sweep when its message never comes back", async () => {
    const id = await received();
    await claim(id);
    expect(await sweptTo(id, "abandoned")).toMatchObject({ executor: 7 });
  });

  it("is found in the dead-letter queue", async () => {
    const id = await request();
    const { Body = "" } = await receive(id);
    await queues.send("execution-scheduled-dlq", [Body]);
    expect(
      await until(
        () => api.get(id),
        ({ status }) => status === "abandoned",
      ),
    ).toMatchObject({ result: { error: expect.stringContaining("no worker claimed it") } });
    await until(
      () => queues.depth("execution-scheduled-dlq"),
      (depth) => depth === 0,
    );
  });
});

describe("a worker that lives", () => {
  it("keeps its claim as long as it says so, whatever the sweep and a dead letter do", async () => {
    const id = await request();
    const { Body = "" } = await receive(id);
    await claim(id);
    await queues.send("execution-scheduled-dlq", [Body]);
    const deadline = Date.now() + 2_500;
    while (Date.now() < deadline) {
      expect((await api.post(`/${id}/heartbeat`, hold)).status).toBe(200);
      await sweep();
    }
    expect(await api.get(id)).toMatchObject({ status: "running" });
    expect(
      (await api.post(`/${id}/finish`, { ...hold, status: "completed", result: 1 })).status,
    ).toBe(200);
  });

  it("is timed out when it does not mind its timeout", async () => {
    const id = await received({ timeout_seconds: 1 });
    await claim(id);
    const swept = await until(
      async () => {
        await api.post(`/${id}/heartbeat`, hold);
        await sweep();
        return api.get(id);
      },
      ({ status }) => status === "timeout",
    );
    expect(swept.result).toEqual({ error: "It ran for longer than 1 s" });
  });
});

describe("an execution that nobody comes for", () => {
  it("is abandoned when its message is lost", async () => {
    const id = await received();
    expect(await sweptTo(id, "abandoned")).toMatchObject({
      result: { error: "No worker claimed it in 2 s" },
      executor: null,
    });
  });
});

describe("a cancel", () => {
  it("after the handoff is recorded, and carried out by whoever claims", async () => {
    const id = await received();
    expect((await cancel(id)).status).toBe(202);
    expect((await cancel(id)).status).toBe(200);
    expect((await api.get(id)).status).toBe("scheduled");
    const refused = await claim(id);
    expect({ status: refused.status, json: refused.json }).toMatchObject({
      status: 409,
      json: { error: `Execution ${id} is cancelled` },
    });
    expect((await api.get(id)).executor).toBeNull();
  });

  it("after the handoff is carried out by the sweep when no worker is up", async () => {
    const id = await received();
    await cancel(id);
    await sweptTo(id, "cancelled");
    expect((await cancel(id)).status).toBe(200);
  });

  it("of a running execution reaches its worker with the next heartbeat", async () => {
    const id = await received();
    await claim(id);
    const { status, json } = await cancel(id);
    expect(status).toBe(202);
    expect(One.parse(json).data.status).toBe("running");
    const beat = await api.post(`/${id}/heartbeat`, hold);
    expect(beat.json).toEqual({ data: { cancel_requested: true, status: "canceling" } });
    expect((await cancel(id)).status).toBe(200);
    const finish = { ...hold, status: "cancelled", result: { stopped: true } };
    expect((await api.post(`/${id}/finish`, finish)).status).toBe(200);
    expect(await api.get(id)).toMatchObject({ status: "cancelled", result: { stopped: true } });
  });

  it("does not undo work that was finished before the worker heard of it", async () => {
    const id = await received();
    await claim(id);
    await cancel(id);
    const finish = { ...hold, status: "completed", result: 1 };
    expect((await api.post(`/${id}/finish`, finish)).status).toBe(200);
    const { status, json } = await cancel(id);
    expect({ status, json }).toMatchObject({
      status: 409,
      json: { error: `Execution ${id} is completed, and cannot be cancelled` },
    });
  });

  it("before the handoff is done at once, and no worker ever sees it", async () => {
    // A try that is not due yet stays with the executor.
    const first = await received({
      retry: { max_attempts: 2, backoff_seconds: 600, max_backoff_seconds: 600 },
    });
    await claim(first);
    await api.post(`/${first}/finish`, { ...hold, status: "failed", result: null });
    const { data } = await until(
      () => api.list({ status: "requested" }),
      (list) => list.data.length === 1,
    );
    const id = data[0]?.id ?? 0;
    const { status, json } = await cancel(id);
    expect({ status, data: One.parse(json).data }).toMatchObject({
      status: 200,
      data: { id, status: "cancelled", original_execution: first },
    });
    expect((await cancel(id)).status).toBe(200);
  });

  it("finds nothing where there is nothing", async () => {
    expect((await cancel(999)).status).toBe(404);
    expect((await api.post("/999/retry", "")).status).toBe(404);
  });

  it("races the handoff: one wins, and what is cancelled before it is never published", async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const id = await request({ idempotency_key: `race ${at}` });
        const { status } = await cancel(id);
        return { id, status };
      }),
    );
    await until(
      () => Promise.all(ids.map(({ id }) => api.get(id))),
      (executions) => executions.every(({ status }) => /^(scheduled|cancelled)$/.test(status)),
    );
    const expected = ids.filter(({ status }) => status === 202).length;
    const published = new Set<number>();
    await until(
      async () => {
        for (const { Body } of await queues.receive("execution-scheduled", 1)) {
          published.add(ExecutionScheduled.parse(JSON.parse(Body ?? "")).payload.execution_id);
        }
        return published.size;
      },
      (size) => size >= expected,
    );
    // Nothing comes after them.
    expect(await queues.receive("execution-scheduled", 1)).toEqual([]);
    for (const { id, status } of ids) {
      const execution = await api.get(id);
      if (status === 200) {
        expect(execution.status).toBe("cancelled");
        expect(published).not.toContain(id);
      } else {
        expect(status).toBe(202);
        expect(execution.status).toBe("scheduled");
      }
    }
  });
});

describe("a retry", () => {
  it("is a new execution of the same action and config", async () => {
    const config = { "2": 1, "1": "x".repeat(1_000) };
    const id = await received({ config, enforcement: 3, parent: 4, action: 5, timeout_seconds: 9 });
    await claim(id);
    expect((await api.post(`/${id}/retry`, "")).status).toBe(409);
    await api.post(`/${id}/finish`, { ...hold, status: "failed", result: null });

    const { status, json } = await api.post(`/${id}/retry`, "");
    expect(status).toBe(201);
    const next = One.parse(json).data;
    expect(next).toMatchObject({
      action_ref: "test.unfinished",
      config,
      enforcement: 3,
      parent: 4,
      action: 5,
      status: "requested",
      original_execution: id,
      result: null,
    });
    const message = await receive(next.id);
    expect(JSON.parse(message.Body ?? "").payload).toMatchObject({ config, timeout_seconds: 9 });

    await claim(next.id);
    await api.post(`/${next.id}/finish`, { ...hold, status: "timeout", result: null });
    const third = One.parse((await api.post(`/${next.id}/retry`, "")).json).data;
    expect(third.original_execution).toBe(id);
  });

  it("is refused to one that completed", async () => {
    const id = await received();
    await claim(id);
    await api.post(`/${id}/finish`, { ...hold, status: "completed", result: null });
    expect((await api.post(`/${id}/retry`, "")).status).toBe(409);
  });

  it("comes by itself where the request asks for it, as often as it may", async () => {
    const first = await received({
      enforcement: 77,
      retry: { max_attempts: 3, backoff_seconds: 0.05, max_backoff_seconds: 0.1 },
    });
    const fail = async (id: number) => {
      await claim(id);
      await api.post(`/${id}/finish`, { ...hold, status: "failed", result: null });
    };
    await fail(first);
    for (const tries of [2, 3]) {
      const { data } = await until(
        () => api.list({}, "/enforcement/77"),
        (list) => list.data.length === tries,
      );
      const id = data[0]?.id ?? 0;
      expect(await api.get(id)).toMatchObject({ original_execution: first });
      await receive(id);
      await fail(id);
    }
    await sweep();
    expect((await api.list({}, "/enforcement/77")).data).toHaveLength(3);
  });
});
