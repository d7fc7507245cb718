import { describe, expect, it } from "vitest";
import { first } from "./faulty-proxy.ts";
import { counted, startRig } from "./rig.ts";

const rig = await startRig();

describe("a queue", () => {
  it("that does not delete has the message back, and the action is not run again", async () => {
    const queue = await rig.openQueue();
    const { action, runs } = counted();
    // The SDK makes three tries of each call.
    const sqs = await rig.proxyOf(
      rig.stack.sqs,
      first({ DeleteMessage: 3 }, { status: 500, body: '{"__type":"InternalFailure"}' }),
    );
    const worker = rig.startWorker(queue, [action], { sqs, visibilitySeconds: 1 });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await rig.reaches(id, "completed");
    expect(await worker.saw("refused")).toMatchObject({
      id,
      reason: `Execution ${id} is completed`,
    });
    await queue.empty();
    expect(await worker.saw("error")).toMatchObject({ during: "delete" });
    expect(runs).toEqual([id]);
  });

  it("that does not answer is asked again", async () => {
    const queue = await rig.openQueue();
    const sqs = await rig.proxyOf(rig.stack.sqs, first({ ReceiveMessage: 4 }, "cut"));
    const worker = rig.startWorker(queue, [counted().action], { sqs });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await rig.reaches(id, "completed");
    expect(await worker.saw("error")).toMatchObject({ during: "receive" });
  });

  it.each(["no JSON at all", "{}"])("gets back a message that is %s", async (text) => {
    const queue = await rig.openQueue();
    await queue.send(text);
    const worker = rig.startWorker(queue, [counted().action]);
    await worker.saw("returned");
    expect(await worker.saw("error")).toMatchObject({ during: "parse" });
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 1 });
  });
});

describe("a claim that is wrong", () => {
  it("leaves the message to come back, a little later each time", async () => {
    const queue = await rig.openQueue();
    const bad = { status: 400, body: '{"error":"worker_id: is wrong","status":400}' };
    const api = await rig.proxyOf(rig.stack.api, first({ claim: 1 }, bad));
    const worker = rig.startWorker(queue, [counted().action], { api });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    const { seconds } = await worker.saw("returned");
    expect(seconds).toBeGreaterThanOrEqual(3);
    expect(seconds).toBeLessThanOrEqual(5);
    await rig.reaches(id, "completed");
  });
});
