import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { defineAction } from "@attune/worker/action";
import { Cancelled } from "@attune/worker/cancelled";
import { httpTransport } from "@attune/worker/http-transport";
import { type Transport, Unavailable } from "@attune/worker/transport";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { counted, credentials, gate, startRig } from "./rig.ts";

const rig = await startRig();

describe("a worker that stops", () => {
  it("takes no more, and waits for what runs", async () => {
    const queue = await rig.openQueue();
    const { opens, open } = gate();
    const action = defineAction({ ref: "test.work", input: z.unknown(), run: () => opens });
    const worker = rig.startWorker(queue, [action]);
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await worker.saw("claimed");
    const stopped = worker.stop({ drainSeconds: 30 });
    await worker.saw("draining");
    const [late = 0] = await queue.request([{ action_ref: "test.work" }]);
    await expect.poll(queue.counts).toEqual({ visible: 1, hidden: 1 });
    open();
    await stopped;
    expect(await rig.api.get(id)).toMatchObject({ status: "completed" });
    expect(await rig.api.get(late)).toMatchObject({ status: "scheduled" });
    expect(await queue.counts()).toEqual({ visible: 1, hidden: 0 });
    expect(worker.events.filter(({ type }) => type === "claimed")).toHaveLength(1);
  });

  const failed = { status: "failed", result: { error: "Its worker was stopped" } };
  it.each([
    ["stops", (signal: AbortSignal) => sleep(60_000, undefined, { signal }), failed],
    ["does not stop", () => new Promise(() => undefined), failed],
    [
      "ends in time",
      (signal: AbortSignal) => once(signal, "abort").then(() => "saved"),
      { status: "completed", result: "saved" },
    ],
  ])("says what became of what runs too long: its action %s", async (_, run, ending) => {
    const queue = await rig.openQueue();
    const reasons: unknown[] = [];
    const action = defineAction({
      ref: "test.work",
      input: z.unknown(),
      run: ({ signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        return run(signal);
      },
    });
    const options = { graceSeconds: 1, visibilitySeconds: 60 };
    const worker = rig.startWorker(queue, [action], options);
    const [id = 0] = await queue.request([{ action_ref: "test.work" }]);
    await worker.saw("claimed");
    await worker.stop({ drainSeconds: 1.2 });

    expect(reasons).toEqual([new Cancelled("Its worker was stopped", "stop")]);
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
    expect(await rig.api.get(id)).toMatchObject(ending);
    expect(worker.events.at(-1)).toEqual({ type: "stopped" });
  });

  type Lose = <T>(answer: Promise<T>) => Promise<T>;
  it.each<[string, (transport: Transport, lose: Lose) => Partial<Transport>]>([
    [
      "the answer to its claim",
      ({ claim }, lose) => ({ claim: (...given) => lose(claim(...given)) }),
    ],
    [
      "the answer to its last write",
      ({ finish }, lose) => ({ finish: (...given) => lose(finish(...given)) }),
    ],
  ])("hides a message until the claim has lapsed where it never gets %s", async (_, losing) => {
    const queue = await rig.openQueue();
    const transport = httpTransport({ api: rig.stack.api });
    const lose: Lose = async (answer) => {
      await answer;
      throw new Unavailable("The answer is lost");
    };
    const worker = rig.startWorker(queue, [counted().action], {
      visibilitySeconds: 60,
      graceSeconds: 0.1,
      transport: { ...transport, ...losing(transport, lose) },
    });
    await queue.request([{ action_ref: "test.work" }]);
    await worker.saw("retried");
    await worker.stop({ drainSeconds: 1.2 });
    expect(await worker.saw("returned")).toMatchObject({ seconds: 60 });
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 1 });
  });

  it("may be told so twice", async () => {
    const listeners = process.listenerCount("SIGUSR2");
    const worker = rig.startWorker(await rig.openQueue(), [], { stopOn: ["SIGUSR2"] });
    expect(process.listenerCount("SIGUSR2")).toBe(listeners + 1);
    await Promise.all([worker.stop(), worker.stop({ drainSeconds: 0 })]);
    await worker.stop();
    expect(process.listenerCount("SIGUSR2")).toBe(listeners);
  });
});

describe("a worker's process", () => {
  async function startProcess(queue: { readonly url: string }) {
    const file = fileURLToPath(new URL("./worker-process.ts", import.meta.url));
    const child = spawn(process.execPath, [file], {
      env: {
        ...process.env,
        QUEUE_URL: queue.url,
        API_URL: rig.stack.api,
        AWS_ENDPOINT_URL_SQS: rig.stack.sqs,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(...chunk.toString().trim().split("\n")));
    const exit = once(child, "exit");
    await expect.poll(() => said, { timeout: 9_000 }).toContain("started");
    return {
      said,
      /** SIGTERM; the exit code, or what ended it. */
      async end() {
        const start = Date.now();
        child.kill("SIGTERM");
        const [code, signal] = await exit;
        return { exit: code ?? signal, seconds: (Date.now() - start) / 1_000 };
      },
    };
  }

  it("ends by itself after a SIGTERM when it has nothing to do", async () => {
    const { end, said } = await startProcess(await rig.openQueue());
    const { exit, seconds } = await end();
    expect(exit).toBe(0);
    expect(seconds).toBeLessThan(2.5);
    expect(said).toEqual(["started", "draining", "stopped"]);
  });

  it("finishes what it runs first", async () => {
    const queue = await rig.openQueue();
    const { end, said } = await startProcess(queue);
    const [id = 0] = await queue.request([{ action_ref: "test.rest", config: { ms: 1_000 } }]);
    await rig.reaches(id, "running");
    expect((await end()).exit).toBe(0);
    expect(await rig.api.get(id)).toMatchObject({ status: "completed", result: "rested" });
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
    expect(said).toEqual(["started", "received", "claimed", "draining", "finished", "stopped"]);
  });

  it("fails what does not end in time", async () => {
    const queue = await rig.openQueue();
    const { end } = await startProcess(queue);
    const [id = 0] = await queue.request([{ action_ref: "test.rest", config: { ms: 60_000 } }]);
    await rig.reaches(id, "running");
    const { exit, seconds } = await end();
    expect(exit).toBe(0);
    expect(seconds).toBeLessThan(5);
    expect(await queue.counts()).toEqual({ visible: 0, hidden: 0 });
    expect(await rig.api.get(id)).toMatchObject({
      status: "failed",
      result: { error: "Its worker was stopped" },
    });
  });
});
