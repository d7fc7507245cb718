import { LogsAnswer } from "@attune/domain/answers";
import { defineAction } from "@attune/worker/action";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { first } from "./faulty-proxy.ts";
import { startRig } from "./rig.ts";

const rig = await startRig();

const talk = defineAction({
  ref: "test.talk",
  input: z.object({ lines: z.int() }),
  run: ({ input, log }) => {
    for (let at = 1; at <= input.lines; at++)
      log(`line ${at}`, at === 1 ? { host: "a", n: 1n } : {});
    log.error("the\nend");
  },
});

const said = (lines: number) => [
  "stdout line 1 { host: 'a', n: 1n }",
  ...Array.from({ length: lines - 1 }, (_, at) => `stdout line ${at + 2}`),
  "stderr the",
  "stderr end",
];

async function logOf(id: number) {
  const { data } = LogsAnswer.parse(JSON.parse(await rig.api.text(`/${id}/logs?limit=10000`)));
  expect(data.map(({ seq }) => seq)).toEqual(data.map((_, at) => at + 1));
  return data.map(({ stream, text }) => `${stream} ${text}`);
}

describe("what an action says", () => {
  it("is in the log of its execution by the time that it is over", async () => {
    const queue = await rig.openQueue();
    rig.startWorker(queue, [talk]);
    const ids = await queue.request(
      [1, 2_500].map((lines) => ({ action_ref: "test.talk", config: { lines } })),
    );
    for (const [at, lines] of [1, 2_500].entries()) {
      await rig.reaches(ids[at] ?? 0, "completed");
      expect(await logOf(ids[at] ?? 0)).toEqual(said(lines));
    }
  });

  it.each([
    ["does not hear", "cut"],
    ["hears, and its answers are lost", "lose-answer"],
  ] as const)("is there once where the API %s", async (_, fault) => {
    const queue = await rig.openQueue();
    const api = await rig.proxyOf(rig.stack.api, first({ logs: 2 }, fault));
    const worker = rig.startWorker(queue, [talk], { api });
    const [id = 0] = await queue.request([{ action_ref: "test.talk", config: { lines: 1_500 } }]);
    await rig.reaches(id, "completed");
    expect(await logOf(id)).toEqual(said(1_500));
    expect(await worker.saw("retried")).toMatchObject({ call: "append", failures: 1 });
  });

  it("is no reason to fail, nor to wait for long", async () => {
    const queue = await rig.openQueue();
    const away = { status: 503, body: "{}" };
    const api = await rig.proxyOf(rig.stack.api, first({ logs: Number.POSITIVE_INFINITY }, away));
    const worker = rig.startWorker(queue, [talk], { api, graceSeconds: 0.3 });
    const [id = 0] = await queue.request([{ action_ref: "test.talk", config: { lines: 3 } }]);
    await rig.reaches(id, "completed");
    expect(await worker.saw("error")).toMatchObject({
      during: "append",
      id,
      error: new Error("5 lines of the log were not written"),
    });
    expect(await logOf(id)).toEqual([]);
  });

  it("is there although its worker was stopped", async () => {
    const queue = await rig.openQueue();
    const wait = defineAction({
      ref: "test.wait",
      input: z.unknown(),
      run: async ({ log, signal }) => {
        log("waiting");
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        log("stopped");
      },
    });
    const worker = rig.startWorker(queue, [wait]);
    const [id = 0] = await queue.request([{ action_ref: "test.wait" }]);
    await worker.saw("claimed");
    await worker.stop({ drainSeconds: 0 });
    expect((await rig.api.get(id)).status).toBe("completed");
    expect(await logOf(id)).toEqual(["stdout waiting", "stdout stopped"]);
  });
});
