import { once } from "node:events";
import { defineAction } from "@attune/worker/action";
import { Cancelled } from "@attune/worker/cancelled";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { gate, startRig } from "./rig.ts";

const rig = await startRig();

/** An action that runs until its signal aborts, and then does as it is told; `whys` are the reasons it saw. */
function patient(atTheEnd: (reason: unknown) => unknown) {
  const whys: unknown[] = [];
  const action = defineAction({
    ref: "test.patient",
    input: z.unknown(),
    run: async ({ signal }) => {
      await once(signal, "abort");
      const reason: unknown = signal.reason;
      whys.push(reason instanceof Cancelled ? reason.why : reason);
      return atTheEnd(reason);
    },
  });
  return { action, whys };
}

const rethrow = (reason: unknown) => {
  throw reason;
};

/** A worker that runs one execution of `test.patient`. */
async function running(
  atTheEnd: (reason: unknown) => unknown,
  request: Record<string, unknown> = {},
  options: Parameters<typeof rig.startWorker>[2] = {},
) {
  const queue = await rig.openQueue();
  const { action, whys } = patient(atTheEnd);
  const worker = rig.startWorker(queue, [action], options);
  const [id = 0] = await queue.request([{ action_ref: "test.patient", ...request }]);
  await worker.saw("claimed");
  return { id, queue, whys, worker };
}

describe("a timeout", () => {
  it("aborts the action, and is what the execution ends with", async () => {
    const { id, queue, whys } = await running(() => "late", { timeout_seconds: 1 });
    expect(await rig.reaches(id, "timeout")).toMatchObject({
      result: { error: "Timed out after 1 s" },
    });
    expect(whys).toEqual(["timeout"]);
    await queue.empty();
  });

  it("does not wait for an action that does not stop", async () => {
    const { opens, open } = gate();
    const { id, worker } = await running(
      () => opens,
      { timeout_seconds: 1 },
      { graceSeconds: 0.1 },
    );
    await rig.reaches(id, "timeout");
    expect(await worker.saw("unresponsive")).toMatchObject({ id });
    open();
  });
});

describe("a cancel", () => {
  const cancel = async (id: number) => (await rig.api.post(`/${id}/cancel`, "")).status;

  it("aborts the action at the next heartbeat, and is what the execution ends with", async () => {
    const { id, queue, whys, worker } = await running(rethrow);
    expect(await cancel(id)).toBe(202);
    expect(await rig.reaches(id, "cancelled")).toMatchObject({ result: { error: "Cancelled" } });
    expect(whys).toEqual(["cancel"]);
    expect(await worker.saw("finished")).toMatchObject({ id, status: "cancelled" });
    await queue.empty();
  });

  it.each([
    ["completed", "that ends its work all the same", () => "done", "done"],
    [
      "failed",
      "that fails to clean up",
      () => rethrow(new Error("The lock is still there")),
      { error: "The lock is still there" },
    ],
    [
      "cancelled",
      "whose library wraps the abort",
      (reason: unknown) => rethrow(new Error("fetch failed", { cause: reason })),
      { error: "Cancelled" },
    ],
  ])("ends as %s for an action %s", async (status, _, atTheEnd, result) => {
    const { id } = await running(atTheEnd);
    expect(await cancel(id)).toBe(202);
    expect((await rig.reaches(id, status)).result).toEqual(result);
  });

  it("does not outlast the timeout", async () => {
    const { opens, open } = gate();
    const { id } = await running(() => opens, { timeout_seconds: 1 }, { graceSeconds: 0.1 });
    expect(await cancel(id)).toBe(202);
    await rig.reaches(id, "canceling");
    await rig.reaches(id, "timeout");
    open();
  });

  it("that came before the claim lets the action never begin", async () => {
    const queue = await rig.openQueue();
    const { action, whys } = patient(rethrow);
    const [id = 0] = await queue.request([{ action_ref: "test.patient" }]);
    expect(await cancel(id)).toBe(202);
    const worker = rig.startWorker(queue, [action]);
    await rig.reaches(id, "cancelled");
    await queue.empty();
    expect(worker.events.map(({ type }) => type)).toEqual(["received", "refused"]);
    expect(whys).toEqual([]);
  });
});

describe("a lost claim", () => {
  const finish = (id: number, worker_id: number) =>
    rig.api.post(`/${id}/finish`, { worker_id, attempt: 1, status: "failed", result: "first" });

  it("aborts the action, and nothing more is written", async () => {
    const { id, queue, whys, worker } = await running(() => "second");
    expect((await finish(id, worker.workerId)).status).toBe(200);
    expect(await worker.saw("lost")).toMatchObject({ id, reason: `Execution ${id} is failed` });
    expect(whys).toEqual(["lost"]);
    await queue.empty();
    expect(await rig.api.get(id)).toMatchObject({ status: "failed", result: "first" });
    expect(worker.events.filter(({ type }) => type === "finished")).toEqual([]);
  });

  it("found out at the end ends the same way", async () => {
    const queue = await rig.openQueue();
    const { opens, open } = gate();
    const action = defineAction({ ref: "test.work", input: z.unknown(), run: () => opens });
    const worker = rig.startWorker(queue, [action], {
      heartbeatSeconds: 30,
      visibilitySeconds: 60,
    });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await worker.saw("claimed");
    await finish(id, worker.workerId);
    open();
    expect(await worker.saw("lost")).toMatchObject({ id });
    await queue.empty();
    expect(await rig.api.get(id)).toMatchObject({ status: "failed", result: "first" });
  });
});

it("keeps a message hidden for as long as its execution runs", async () => {
  const { opens, open } = gate();
  const queue = await rig.openQueue();
  const action = defineAction({ ref: "test.work", input: z.unknown(), run: () => opens });
  const worker = rig.startWorker(queue, [action], { visibilitySeconds: 1 });
  const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
  const claimed = await worker.saw("claimed").then(() => Date.now());
  // Twice the time after which it would be back.
  await expect.poll(() => Date.now() - claimed, { timeout: 5_000 }).toBeGreaterThan(2_000);
  expect(worker.events.filter(({ type }) => type === "received")).toHaveLength(1);
  open();
  await rig.reaches(id, "completed");
  await queue.empty();
});
