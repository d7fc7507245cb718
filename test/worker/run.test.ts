import { defineAction } from "@attune/worker/action";
import { createWorker } from "@attune/worker/create-worker";
import { exactJson } from "@attune/worker/outcome";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { gate, startRig } from "./rig.ts";

const rig = await startRig();

const echo = defineAction({
  ref: "test.echo",
  input: z.unknown(),
  run: ({ job }) => exactJson(job.configText),
});

describe("a worker", () => {
  it("runs an action with its config and its job, and writes what it returns", async () => {
    const queue = await rig.openQueue();
    const greet = defineAction({
      ref: "test.greet",
      input: z.object({ name: z.string(), times: z.number().default(2) }),
      run: ({ input, job, log }) => {
        log("greeting", { name: input.name });
        const { config, parent, enforcement, action, attempt, timeoutSeconds } = job;
        return {
          said: `Hello, ${input.name}`,
          config,
          parent,
          enforcement,
          action,
          attempt,
          timeoutSeconds,
        };
      },
    });
    const worker = rig.startWorker(queue, [greet]);
    const facts = { action: 5, parent: 100, enforcement: 3 };
    const [id = 0] = await queue.request([
      { action_ref: "test.greet", config: { name: "Ada" }, timeout_seconds: 60, ...facts },
    ]);

    expect(await rig.reaches(id, "completed")).toMatchObject({
      executor: worker.workerId,
      result: {
        ...facts,
        said: "Hello, Ada",
        config: { name: "Ada", times: 2 },
        attempt: 1,
        timeoutSeconds: 60,
      },
    });
    await queue.empty();
    const about = { id, actionRef: "test.greet" };
    expect(worker.events).toEqual([
      { type: "received", messageId: expect.any(String), receives: 1 },
      { type: "claimed", ...about },
      { type: "log", ...about, stream: "stdout", message: "greeting", fields: { name: "Ada" } },
      { type: "finished", ...about, status: "completed", milliseconds: expect.any(Number) },
    ]);
  });

  it("keeps config and result to the letter, in the message or not", async () => {
    const queue = await rig.openQueue();
    rig.startWorker(queue, [echo]);
    const nasty = '{"2":1,"1":12345678901234567890,"n":1.10,"__proto__":{"e":1e400},"s":"\\ud800"}';
    const large = `{"n":1.10,"text":"${"x".repeat(300_000)}"}`;
    const ids = await queue.request(
      [nasty, large].map((config) => `{"action_ref":"test.echo","config":${config}}`),
    );
    for (const [at, config] of [nasty, large].entries()) {
      await rig.reaches(ids[at] ?? 0, "completed");
      expect(await rig.api.text(`/${ids[at]}`)).toContain(`"result":${config}`);
    }
  });

  it("writes null for an action that returns nothing", async () => {
    const queue = await rig.openQueue();
    rig.startWorker(queue, [
      defineAction({ ref: "test.quiet", input: z.null(), run: () => undefined }),
    ]);
    const [id = 0] = await queue.request([{ action_ref: "test.quiet" }]);
    expect((await rig.reaches(id, "completed")).result).toBeNull();
  });

  it("fails an execution that cannot be run, and says why", async () => {
    const queue = await rig.openQueue();
    const failing = (ref: string, run: () => unknown) =>
      defineAction({ ref, input: z.unknown(), run });
    const strict = defineAction({
      ref: "test.strict",
      input: z.object({ to: z.object({ channel: z.string() }), count: z.int() }),
      run: () => "never",
    });
    const actions = [
      strict,
      failing("test.throw", () => {
        throw new Error("The channel is gone");
      }),
      failing("test.reject", () => Promise.reject("no Error at all")),
      failing("test.bigint", () => 1n),
      failing("test.text", () => exactJson("{")),
      failing("test.abort", () => {
        throw new DOMException("Nobody asked for it", "AbortError");
      }),
      failing("test.large", () => "x".repeat(8_000_000)),
    ];
    rig.startWorker(queue, actions);
    const expected: Record<string, unknown> = {
      "test.strict": {
        error: expect.stringMatching(/^config is not valid: to\.channel: .+; count: .+/),
        details: [
          { path: ["to", "channel"], code: "invalid_type", message: expect.any(String) },
          { path: ["count"], code: "invalid_type", message: expect.any(String) },
        ],
      },
      "test.throw": { error: "The channel is gone" },
      "test.reject": { error: "no Error at all" },
      "test.bigint": { error: expect.stringContaining("BigInt") },
      "test.text": { error: expect.stringContaining("JSON") },
      "test.abort": { error: "Nobody asked for it" },
      "test.large": { error: expect.stringMatching(/^The result was not accepted: /) },
      "test.unknown": {
        error: expect.stringMatching(/does not know test\.unknown; it knows test\.strict, /),
      },
    };
    const refs = Object.keys(expected);
    const ids = await queue.request(
      refs.map((action_ref) => ({ action_ref, config: { to: {}, count: 1.5 } })),
    );
    for (const [at, ref] of refs.entries()) {
      const { result } = await rig.reaches(ids[at] ?? 0, "failed");
      expect(result, ref).toEqual(expected[ref]);
    }
    await queue.empty();
  });

  it("runs as many at once as it may, and none waits for a slow one", async () => {
    const queue = await rig.openQueue();
    const { opens, open } = gate();
    let now = 0;
    let most = 0;
    const work = defineAction({
      ref: "test.work",
      input: z.object({ slow: z.boolean() }),
      run: async ({ input }) => {
        now++;
        most = Math.max(most, now);
        if (input.slow) await opens;
        else await new Promise((resolve) => setImmediate(resolve));
        now--;
      },
    });
    const worker = rig.startWorker(queue, [work], { concurrency: 3 });
    const [slow = 0, ...quick] = await queue.request(
      Array.from({ length: 12 }, (_, at) => ({
        action_ref: "test.work",
        config: { slow: at === 0 },
      })),
    );
    for (const id of quick) await rig.reaches(id, "completed");
    expect(await rig.api.get(slow)).toMatchObject({ status: "running" });
    expect(most).toBeLessThanOrEqual(3);
    open();
    await rig.reaches(slow, "completed");
    await queue.empty();
    expect(worker.events.filter(({ type }) => type === "claimed")).toHaveLength(12);
    expect(worker.events.filter(({ type }) => type === "error")).toEqual([]);
  });

  it("runs an execution once whose message comes again meanwhile", async () => {
    const queue = await rig.openQueue();
    const { opens, open } = gate();
    let runs = 0;
    const work = defineAction({
      ref: "test.work",
      input: z.unknown(),
      run: async () => {
        runs++;
        await opens;
      },
    });
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    for (const text of await queue.take()) for (const _ of [1, 2]) await queue.send(text);

    const worker = rig.startWorker(queue, [work]);
    await expect
      .poll(() => worker.events.filter(({ type }) => type === "received").length, {
        timeout: 9_000,
      })
      .toBe(2);
    open();
    await rig.reaches(id, "completed");
    await queue.empty();
    expect(runs).toBe(1);
    // Both messages went with the execution: neither came back.
    expect(worker.events.map(({ type }) => type)).not.toContain("refused");
  });

  it("leaves alone what another has claimed", async () => {
    const queue = await rig.openQueue();
    const [id = 0] = await queue.request([{ action_ref: "test.echo" }]);
    await rig.api.post(`/${id}/claim`, { worker_id: 7, attempt: 1 });
    const worker = rig.startWorker(queue, [echo]);
    expect(await worker.saw("refused")).toMatchObject({
      id,
      reason: `Execution ${id} is claimed by worker 7`,
    });
    await queue.empty();
    expect(await rig.api.get(id)).toMatchObject({ status: "running", executor: 7 });
  });
});

it.each([
  ["two actions of one name", { actions: [echo, echo] }],
  ["a heartbeat that is too rare", { heartbeatSeconds: 31 }],
  ["a message that comes back too early", { heartbeatSeconds: 20, visibilitySeconds: 30 }],
])("refuses %s", (_, options) => {
  const usual = { queue: { url: "http://127.0.0.1:1/none" }, api: "http://127.0.0.1:1" };
  expect(() => createWorker({ ...usual, workerId: 1, actions: [], ...options })).toThrow(
    RangeError,
  );
});
