import { memberTexts } from "@attune/domain/json-text";
import { ExecutionScheduled } from "@attune/domain/messages";
import type { Message } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { startService } from "../fixtures/service.ts";
import { requestMessage } from "../fixtures/sqs.ts";

const { api, queues } = await startService({ WORKER: "off" });

/** JSON that a parser in between would change. */
const nasty = {
  "numbers as written":
    '{"past":90071992547409931234567890,"huge":1e400,"zeros":1.10,"minus":-0,"exp":1E+2,"tiny":0.000000000000000000000000000001}',
  "keys in their order": '{"b":1,"2":1,"a":2,"1":2,"10":3}',
  "__proto__ and constructor": '{"__proto__":{"polluted":true},"constructor":1,"__proto__x":[]}',
  "an object of equal keys": '{"a":1,"a":2}',
  "escaped lone surrogates": String.raw`{"lone":"\ud800","\udfff":"\uD83D\uDE00","pair":"😀"}`,
  "escapes as written": String.raw`{"slash":"\/","unicode":"\u0041\u00e9","nul":"\u0000","quote":"\"\\\""}`,
  "white space within": '{ "a" : [ 1 ,\n\t2 ] }',
  "characters that SQS refuses": '{"refused":"\uFFFE\uFFFF"}',
  "an array": "[1.0,[],{},null]",
  "a bare number": "1.50",
  "a bare string": '"config"',
  false: "false",
  "deep nesting": `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
  "300 KB in a string": `{"long":"${"é".repeat(150_000)}"}`,
};

/** The same JSON, without the characters that SQS servers refuse. */
const escapeForSqs = (text: string) =>
  text.replaceAll(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

const configOf = (text: string) => memberTexts(memberTexts(text).get("data") ?? "{}").get("config");
const resultOf = (text: string) => memberTexts(memberTexts(text).get("data") ?? "{}").get("result");
const idOf = (text: string) => Number(memberTexts(memberTexts(text).get("data") ?? "{}").get("id"));

/** Takes the message of an execution off the workers' queue. */
async function takeMessage(id: number): Promise<Message & { Body: string }> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    for (const message of await queues.receive("execution-scheduled")) {
      const { Body = "" } = message;
      if (ExecutionScheduled.parse(JSON.parse(Body)).payload.execution_id !== id) continue;
      await queues.remove("execution-scheduled", message);
      return { ...message, Body };
    }
  }
  throw new Error(`No message for execution ${id}`);
}

/** Runs an execution as a worker does, with a result; gives what its message and claim said. */
async function work(id: number, result: string) {
  const { Body } = await takeMessage(id);
  const claim = await api.post(`/${id}/claim`, { worker_id: 7, attempt: 1 });
  expect(claim.status).toBe(200);
  const finish = await api.post(
    `/${id}/finish`,
    `{"worker_id":7,"attempt":1,"status":"completed","result":${result}}`,
  );
  expect(finish.status).toBe(200);
  return { message: memberTexts(memberTexts(Body).get("payload") ?? "{}"), claim, finish };
}

describe.each(Object.entries(nasty))("%s", (_, text) => {
  it("comes back as it went in: POST, message, claim, finish, GET", async () => {
    const posted = await api.post("", `{"action_ref":"test.nasty","config": ${text} }`);
    expect(posted.status).toBe(201);
    expect(configOf(posted.text)).toBe(text);
    const id = idOf(posted.text);

    const { message, claim, finish } = await work(id, text);
    if (message.get("config_omitted") === "true") expect(message.get("config")).toBe("null");
    else expect(message.get("config")).toBe(escapeForSqs(text));
    expect(configOf(claim.text)).toBe(text);
    expect(resultOf(finish.text)).toBe(text);

    const got = await api.text(`/${id}`);
    expect(configOf(got)).toBe(text);
    expect(resultOf(got)).toBe(text);
    expect(One.parse(JSON.parse(got)).data).toMatchObject({ status: "completed", executor: 7 });
  });
});

describe("through the queue", () => {
  // A producer has to escape as well what SQS would refuse.
  const sendable = Object.entries(nasty).map(([name, text]) => [name, escapeForSqs(text)] as const);

  it.each(sendable)("%s comes back as it went in", async (_, text) => {
    const key = Buffer.from(text).toString("base64url").slice(0, 40);
    await queues.send("execution-requests", [
      requestMessage(
        { action_ref: "test.queued", idempotency_key: `${key}${text.length}` },
        { config: text },
      ),
    ]);
    const deadline = Date.now() + 20_000;
    let id: number | undefined;
    while (id === undefined && Date.now() < deadline) {
      const { data } = await api.list({ action_ref: "test.queued", status: "scheduled" });
      id = data[0]?.id;
    }
    if (id === undefined) throw new Error("The request made no execution");
    const { claim } = await work(id, "null");
    expect(configOf(claim.text)).toBe(text);
    const got = await api.text(`/${id}`);
    expect(configOf(got)).toBe(text);
    expect(resultOf(got)).toBe("null");
  });
});

it("omits a config from the message where it does not fit, and says so", async () => {
  const posted = await api.post(
    "",
    `{"action_ref":"test.large","config":${nasty["300 KB in a string"]}}`,
  );
  const { message } = await work(idOf(posted.text), "1");
  expect(message.get("config_omitted")).toBe("true");
  expect(message.get("config")).toBe("null");
});
