import { defineAction } from "@attune/worker/action";
import type { WorkerEvent } from "@attune/worker/events";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { first } from "./faulty-proxy.ts";
import { counted, startRig } from "./rig.ts";

const rig = await startRig();

const isRetry = (event: WorkerEvent): event is Extract<WorkerEvent, { type: "retried" }> =>
  event.type === "retried";
const retries = (events: readonly WorkerEvent[]) =>
  events.filter(isRetry).map(({ call, failures }) => `${call} ${failures}`);

const unavailable = {
  status: 503,
  body: '{"error":"Not now","status":503}',
  headers: { "retry-after": "1" },
};

describe("an API that is away for a while", () => {
  it.each([
    ["cut off", "cut"],
    ["heard, and its answers lost", "lose-answer"],
    ["down behind a gateway", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["not its own", { status: 409, body: "<html>Conflict</html>" }],
    ["without a valid token for a while", { status: 401, body: '{"message":"Unauthorized"}' }],
  ] as const)("is asked again: %s", async (_, fault) => {
    const queue = await rig.openQueue();
    const { action, runs } = counted();
    const api = await rig.proxyOf(rig.stack.api, first({ claim: 2, finish: 3 }, fault));
    const worker = rig.startWorker(queue, [action], { api });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await rig.reaches(id, "completed");
    await worker.saw("finished");
    await queue.empty();
    expect(runs).toEqual([id]);
    expect(retries(worker.events)).toEqual([
      "claim 1",
      "claim 2",
      "finish 1",
      "finish 2",
      "finish 3",
    ]);
  });

  it("is given the time that it asks for", async () => {
    const queue = await rig.openQueue();
    const api = await rig.proxyOf(rig.stack.api, first({ finish: 1 }, unavailable));
    const worker = rig.startWorker(queue, [counted().action], { api });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await rig.reaches(id, "completed");
    expect(await worker.saw("retried")).toMatchObject({ call: "finish", delayMs: 1_000 });
    expect(await worker.saw("finished")).toMatchObject({ milliseconds: expect.any(Number) });
  });

  it("does not let a message go back meanwhile", async () => {
    const queue = await rig.openQueue();
    const { action, runs } = counted();
    let isAway = true;
    const api = await rig.proxyOf(rig.stack.api, () => (isAway ? "cut" : undefined));
    const worker = rig.startWorker(queue, [action], { api, visibilitySeconds: 1 });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await expect.poll(() => retries(worker.events), { timeout: 9_000 }).toContain("claim 5");
    expect(worker.events.filter(({ type }) => type === "received")).toHaveLength(1);
    isAway = false;
    await rig.reaches(id, "completed");
    expect(runs).toEqual([id]);
  });

  it("misses heartbeats, and the action goes on", async () => {
    const queue = await rig.openQueue();
    let heard = 0;
    const api = await rig.proxyOf(rig.stack.api, (call) =>
      call === "heartbeat" && ++heard <= 3 ? "cut" : undefined,
    );
    const action = defineAction({
      ref: "test.work",
      input: z.unknown(),
      run: async ({ signal }) => {
        await expect.poll(() => heard, { timeout: 9_000 }).toBeGreaterThan(3);
        return signal.aborted;
      },
    });
    const worker = rig.startWorker(queue, [action], { api });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    expect((await rig.reaches(id, "completed")).result).toBe(false);
    const errors = worker.events.filter(({ type }) => type === "error");
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ during: "heartbeat", id });
  });

  it("is no reason to delete a message that leads nowhere", async () => {
    const queue = await rig.openQueue();
    const worker = rig.startWorker(queue, [counted().action], { api: `${rig.stack.api}/nowhere` });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await expect.poll(() => retries(worker.events), { timeout: 9_000 }).toContain("claim 2");
    await worker.stop({ drainSeconds: 1.2 });
    // The claim may have been heard: the message stays hidden until it would have lapsed.
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 1 });
    expect(await rig.api.get(id)).toMatchObject({ status: "scheduled" });
  });

  it("may be something else altogether", async () => {
    const queue = await rig.openQueue();
    const calls: string[] = [];
    const { action, runs } = counted();
    const worker = rig.startWorker(queue, [action], {
      transport: {
        claim: async () => ({ is: "accepted", value: { status: "running", configText: "null" } }),
        heartbeat: async () => ({ is: "accepted", value: { cancelRequested: false } }),
        append: async () => ({ is: "accepted", value: { truncated: false } }),
        finish: async ({ attempt, worker: by }, { status, resultText }) => {
          calls.push(`${attempt} ${by} ${status} ${resultText}`);
          return { is: "accepted", value: undefined };
        },
      },
    });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await worker.saw("finished");
    await queue.empty();
    expect(calls).toEqual([`1 ${worker.workerId} completed 1`]);
    expect(runs).toEqual([id]);
  });
});
