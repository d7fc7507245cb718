import { ExecutionScheduled } from "@attune/domain/messages";
import { describe, expect, it } from "vitest";
import { executionsPath, One } from "../fixtures/api.ts";
import { startService } from "../fixtures/service.ts";

const { api, queues } = await startService({ WORKER: "off" });

/** Requests an execution and takes its message, as a worker would. */
async function received(request: Record<string, unknown> = {}) {
  const { json } = await api.post("", { action_ref: "test.work", ...request });
  const { id } = One.parse(json).data;
  for (;;) {
    for (const message of await queues.receive("execution-scheduled", 5)) {
      await queues.remove("execution-scheduled", message);
      const { payload } = ExecutionScheduled.parse(JSON.parse(message.Body ?? ""));
      if (payload.execution_id === id) return payload;
    }
  }
}

const call = (id: number, name: string, body: unknown) => api.post(`/${id}/${name}`, body);

describe("a worker", () => {
  it("is told all of what was requested", async () => {
    const request = {
      action: 5,
      config: { channel: "#alerts" },
      parent: 100,
      enforcement: 3,
      timeout_seconds: 60,
    };
    const payload = await received(request);
    expect(payload).toEqual({
      ...request,
      execution_id: payload.execution_id,
      action_ref: "test.work",
      attempt: 1,
      scheduled_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it("claims, says that it lives, and finishes; each call again is 200", async () => {
    const { execution_id: id, attempt } = await received();
    const hold = { worker_id: 7, attempt };
    for (const _ of [1, 2]) {
      const { status, json } = await call(id, "claim", hold);
      expect(status).toBe(200);
      expect(One.parse(json).data).toMatchObject({ id, executor: 7, status: "running" });
    }
    const beat = await call(id, "heartbeat", hold);
    expect(beat.json).toEqual({ data: { cancel_requested: false, status: "running" } });
    for (const _ of [1, 2]) {
      const { status, json } = await call(id, "finish", {
        ...hold,
        status: "completed",
        result: { ok: true },
      });
      expect(status).toBe(200);
      expect(One.parse(json).data).toMatchObject({ status: "completed", result: { ok: true } });
    }
  });

  it.each(["completed", "failed", "cancelled", "timeout"])("may finish as %s", async (status) => {
    const { execution_id: id, attempt } = await received();
    const hold = { worker_id: 7, attempt };
    await call(id, "claim", hold);
    expect((await call(id, "finish", { ...hold, status, result: null })).status).toBe(200);
    expect(await api.get(id)).toMatchObject({ status, result: null });
  });

  it.each(["running", "abandoned", "requested", "done"])("may not finish as %s", async (status) => {
    const { execution_id: id, attempt } = await received();
    const finish = { worker_id: 7, attempt, status, result: null };
    expect((await call(id, "finish", finish)).status).toBe(400);
  });

  it("is told why it may not", async () => {
    const { execution_id: id, attempt } = await received();
    const refused = async (name: string, body: Record<string, unknown>) => {
      const path = `${executionsPath}/${id}/${name}`;
      const init = { method: "POST", body: JSON.stringify(body) };
      const { status, body: answer } = await api.error(path, {
        ...init,
        headers: { "content-type": "application/json" },
      });
      return `${status} ${answer.error}`;
    };
    const mine = { worker_id: 7, attempt };
    expect(await refused("heartbeat", mine)).toBe(
      `409 Execution ${id} is scheduled, and claimed by no worker`,
    );
    await call(id, "claim", mine);
    expect(await refused("claim", { ...mine, worker_id: 8 })).toBe(
      `409 Execution ${id} is claimed by worker 7`,
    );
    expect(await refused("heartbeat", { ...mine, attempt: 2 })).toBe(
      `409 Execution ${id} is at attempt 1, so that attempt 2 is stale`,
    );
    await call(id, "finish", { ...mine, status: "failed", result: "first" });
    expect(await refused("finish", { ...mine, status: "completed", result: "second" })).toBe(
      `409 Execution ${id} is failed`,
    );
    expect(await refused("claim", mine)).toBe(`409 Execution ${id} is failed`);
    expect(await api.get(id)).toMatchObject({ status: "failed", result: "first" });
  });

  it("finds no execution where there is none", async () => {
    for (const name of ["claim", "heartbeat"]) {
      const { status, json } = await call(999, name, { worker_id: 1, attempt: 1 });
      expect({ status, json }).toEqual({
        status: 404,
        json: { error: "Execution with ID 999 not found", status: 404 },
      });
    }
  });

  it("races others for a claim, and one wins", async () => {
    const { execution_id: id, attempt } = await received();
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, worker_id) => call(id, "claim", { worker_id, attempt })),
    );
    const winners = claims.flatMap(({ status }, worker) => (status === 200 ? [worker] : []));
    expect(winners).toHaveLength(1);
    expect((await api.get(id)).executor).toBe(winners[0]);
    expect(claims.filter(({ status }) => status === 409)).toHaveLength(7);
  });
});

it("fails what asks for a worker pool that there is not, and says so", async () => {
  const { json } = await api.post("", { action_ref: "test.work", pool: "gpu" });
  const { id } = One.parse(json).data;
  const deadline = Date.now() + 10_000;
  let execution = await api.get(id);
  while (execution.status !== "failed" && Date.now() < deadline) execution = await api.get(id);
  expect(execution).toMatchObject({
    status: "failed",
    result: { error: "There is no worker pool gpu; there are: default" },
    executor: null,
  });
});
