import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memberTexts } from "@attune/domain/json-text";
import { ExecutionScheduled } from "@attune/domain/messages";
import { describe, expect, it, onTestFinished } from "vitest";
import { apiAt } from "../fixtures/api.ts";
import { startEngines } from "../fixtures/engines.ts";
import { startService } from "../fixtures/service.ts";
import { requestMessage } from "../fixtures/sqs.ts";
import { startLocalStack } from "../fixtures/stack.ts";

const FIVE_MB = 5 * 1_048_576;
const within = { timeout: 20_000, interval: 50 };

const { stack, api, queues } = await startService({ WORKER: "off" });

/** JSON of exactly so many bytes that a parser in between would change. */
function nastyOf(bytes: number, mark = ""): string {
  const head = String.raw`{"b":1.10,"2":-0,"1":1e400,"__proto__":12345678901234567890,"lone":"\ud800","mark":"${mark}","é":["`;
  const rest = bytes - Buffer.byteLength(head) - Buffer.byteLength('"]}');
  const unit = String.raw`é\"\u0041`;
  const units = Math.floor(rest / Buffer.byteLength(unit));
  return `${head}${unit.repeat(units)}${"x".repeat(rest - units * Buffer.byteLength(unit))}"]}`;
}

const dataOf = (text: string) => memberTexts(memberTexts(text).get("data") ?? "{}");
const idOf = (text: string) => Number(dataOf(text).get("id"));
const post = (config: string, at = api) =>
  at.post("", `{"action_ref":"test.large","config":${config}}`);

async function messageOf(id: number): Promise<string> {
  const deadline = Date.now() + within.timeout;
  while (Date.now() < deadline) {
    for (const message of await queues.receive("execution-scheduled")) {
      const { Body = "" } = message;
      await queues.remove("execution-scheduled", message);
      if (ExecutionScheduled.parse(JSON.parse(Body)).payload.execution_id === id) return Body;
    }
  }
  throw new Error(`No message for execution ${id}`);
}

const hold = { worker_id: 7, attempt: 1 };
const finish = (id: number, result: string) =>
  api.post(`/${id}/finish`, `{"worker_id":7,"attempt":1,"status":"completed","result":${result}}`);

/** The keys below a folder of the bucket that belong to an execution. */
async function objectsOf(folder: "pending" | "kept", id: number, s3 = stack.sqs) {
  const answer = await fetch(`${s3}/blobs?list-type=2&prefix=${folder}/${id}/`);
  const found = (await answer.text()).matchAll(/<Key>([^<]+)<\/Key>/g);
  return [...found].map((match) => match[1] ?? "");
}

describe("config and result of 5 MB", () => {
  // Not toBe: a difference in 5 MB is no message to read.
  it("come back to the letter: POST, claim, finish, GET, and are kept", async () => {
    const config = nastyOf(FIVE_MB);
    const result = nastyOf(FIVE_MB, "result");
    const posted = await post(config);
    expect(posted.status).toBe(201);
    expect(dataOf(posted.text).get("config") === config).toBe(true);
    const id = idOf(posted.text);

    const message = memberTexts(memberTexts(await messageOf(id)).get("payload") ?? "{}");
    expect(message.get("config")).toBe("null");
    expect(message.get("config_omitted")).toBe("true");
    const claimed = await api.post(`/${id}/claim`, hold);
    expect(dataOf(claimed.text).get("config") === config).toBe(true);

    const finished = await finish(id, result);
    expect(finished.status).toBe(200);
    expect((await finish(id, result)).status).toBe(200);
    await expect.poll(() => objectsOf("kept", id), within).toHaveLength(2);
    // What the bucket's lifecycle does after some days.
    for (const key of await objectsOf("pending", id))
      await fetch(`${stack.sqs}/blobs/${key}`, { method: "DELETE" });
    const got = dataOf(await api.text(`/${id}`));
    expect(got.get("config") === config).toBe(true);
    expect(got.get("result") === result).toBe(true);
  });

  it("are refused one byte above, in a clear sentence", async () => {
    const refused = await post(nastyOf(FIVE_MB + 1));
    expect(refused.json).toEqual({
      error: "The config has 5242881 bytes of JSON, and at most 5242880 (5 MB) are kept",
      status: 413,
    });
    const id = idOf((await post("1")).text);
    await messageOf(id);
    await api.post(`/${id}/claim`, hold);
    expect(await finish(id, nastyOf(FIVE_MB + 1))).toMatchObject({ status: 413 });
    expect(await api.get(id)).toMatchObject({ status: "running", result: null });
  });
});

it("takes a config through the queue as large as SQS takes a message", async () => {
  const bare = requestMessage({ action_ref: "test.queued" }, { config: '""' });
  const config = nastyOf(1_048_576 - Buffer.byteLength(bare) + 2);
  await queues.send("execution-requests", [
    requestMessage({ action_ref: "test.queued" }, { config }),
  ]);
  const list = async () => (await api.list({ action_ref: "test.queued" })).data;
  await expect.poll(list, within).toHaveLength(1);
  const [found] = await list();
  const got = await api.text(`/${found?.id}`);
  expect(dataOf(got).get("config") === config).toBe(true);
  await messageOf(found?.id ?? 0);
});

it("keeps nothing of a call that lost its race", async () => {
  const id = idOf((await post("1")).text);
  await messageOf(id);
  await api.post(`/${id}/claim`, hold);
  const [won, lost] = [nastyOf(400_000, "won"), nastyOf(400_000, "lost")];
  expect((await finish(id, won)).status).toBe(200);
  expect((await finish(id, lost)).status).toBe(409);
  expect(await objectsOf("pending", id)).toHaveLength(2);
  await expect.poll(() => objectsOf("kept", id), within).toHaveLength(1);
  expect(dataOf(await api.text(`/${id}`)).get("result") === won).toBe(true);
});

it("finds results in a search that is larger than is held at a time", async () => {
  const ids: number[] = [];
  for (let at = 0; at < 5; at++) {
    const posted = await api.post("", { action_ref: "test.searched" });
    const id = idOf(posted.text);
    ids.unshift(id);
    await messageOf(id);
    await api.post(`/${id}/claim`, hold);
    await finish(id, nastyOf(FIVE_MB - at, at % 2 === 0 ? "needle" : "hay"));
  }
  const listed = await api.list({ action_ref: "test.searched", result_contains: "NEEDLE" });
  const expected = ids.filter((_, at) => at % 2 === 0);
  expect(listed.data.map(({ id }) => id)).toEqual(expected);
  expect(listed.pagination).toMatchObject({ total_items: 3 });
});

describe("a stack", () => {
  it("has its objects again after a kill -9", async () => {
    const DATA_DIR = mkdtempSync(join(tmpdir(), "attune-large-"));
    onTestFinished(() => rmSync(DATA_DIR, { recursive: true, force: true }));
    const first = await startLocalStack({ DATA_DIR, WORKER: "off" });
    const config = nastyOf(1_000_000);
    const posted = await post(config, apiAt(first.api));
    await first.kill();
    const second = await startLocalStack({ DATA_DIR, WORKER: "off" });
    onTestFinished(async () => void (await second.stop()));
    const got = await apiAt(second.api).text(`/${idOf(posted.text)}`);
    expect(dataOf(got).get("config") === config).toBe(true);
  });

  it("uses another S3 where it is told to, and answers 503 while that is away", async () => {
    const outside = await startEngines();
    const own = await startLocalStack({ S3_ENDPOINT: outside.sqs, WORKER: "off" });
    onTestFinished(async () => void (await own.stop()));
    const id = idOf((await post(nastyOf(400_000), apiAt(own.api))).text);
    await expect.poll(() => objectsOf("kept", id, outside.sqs), within).toHaveLength(1);
    expect(await objectsOf("kept", id, own.sqs)).toEqual([]);
    await outside.stop();

    const failed = await apiAt(own.api).error(`/api/v1/executions/${id}`);
    expect(failed.status).toBe(503);
    expect(failed.body.error).toBe("The service is not available for the moment; try again");
    expect(await post(nastyOf(400_000), apiAt(own.api))).toMatchObject({ status: 503 });
    expect((await post("1", apiAt(own.api))).status).toBe(201);
  });

  it("has an S3 of its own where only its SQS is another", async () => {
    const outside = await startEngines();
    onTestFinished(() => outside.stop());
    const own = await startLocalStack({ SQS_ENDPOINT: outside.sqs, WORKER: "off" });
    onTestFinished(async () => void (await own.stop()));
    const config = nastyOf(400_000);
    const id = idOf((await post(config, apiAt(own.api))).text);
    expect(dataOf(await apiAt(own.api).text(`/${id}`)).get("config") === config).toBe(true);
    expect(await objectsOf("pending", id, outside.sqs)).toEqual([]);
  });
});
