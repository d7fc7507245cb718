import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientConfig } from "@attune/local/clients";
import { assertNodeVersion } from "@attune/local/node-version";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startEngines } from "../fixtures/engines.ts";
import { serveLoopback } from "../fixtures/loopback.ts";
import { processesOf } from "../fixtures/processes.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

const within = { timeout: 20_000, interval: 50 };
const Created = z.object({ data: z.object({ id: z.number() }) });
const Found = z.object({ data: z.object({ status: z.string() }) });

let dataDir: string;
let stack: LocalStack | undefined;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "attune-stack-test-"));
});
afterEach(async () => {
  await stack?.kill();
  stack = undefined;
  await expect.poll(() => processesOf(dataDir), within).toEqual([]);
  rmSync(dataDir, { recursive: true });
});

async function request({ api }: LocalStack): Promise<number> {
  const answer = await fetch(`${api}/api/v1/executions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ action_ref: "core.echo", config: { greeting: "hello" } }),
  });
  return Created.parse(await answer.json()).data.id;
}

async function statusOf({ api }: LocalStack, id: number): Promise<string> {
  const answer = await fetch(`${api}/api/v1/executions/${id}`);
  return Found.parse(await answer.json()).data.status;
}

/** Messages that are visible in a queue of the stack. */
async function waiting({ sqs }: LocalStack, queue: string): Promise<string | undefined> {
  const client = new SQSClient({ ...clientConfig(sqs), useQueueUrlAsEndpoint: false });
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: `${sqs}/000000000000/${queue}`,
      AttributeNames: ["ApproximateNumberOfMessages"],
    }),
  );
  return Attributes?.ApproximateNumberOfMessages;
}

describe("the local stack", () => {
  it("serves from ready to SIGTERM, and leaves nothing behind", async () => {
    stack = await startLocalStack({ DATA_DIR: dataDir });
    const id = await request(stack);
    const running = stack;
    await expect.poll(() => statusOf(running, id), within).toBe("completed");

    expect(await stack.stop()).toBe(0);
    await expect.poll(() => processesOf(dataDir), within).toEqual([]);
  });

  it("goes on where it was after a kill -9 that leaves no engine behind", async () => {
    stack = await startLocalStack({ DATA_DIR: dataDir, WORKER: "off" });
    const id = await request(stack);
    const before = stack;
    await expect.poll(() => waiting(before, "execution-scheduled"), within).toBe("1");
    await expect.poll(() => statusOf(before, id), within).toBe("scheduled");
    const { pid = 0 } = stack.process;
    process.kill(pid, "SIGKILL");
    await expect.poll(() => processesOf(dataDir), within).toEqual([]);

    stack = await startLocalStack({ DATA_DIR: dataDir });
    const after = stack;
    await expect.poll(() => statusOf(after, id), within).toBe("completed");
  });

  it("answers what its tables and queues are", async () => {
    stack = await startLocalStack({ DATA_DIR: dataDir, WORKER: "off" });
    const answer = await fetch(`${stack.api}/local/resources`);

    expect(await answer.json()).toMatchObject({
      data: {
        tables: { Executions: "Executions" },
        queues: { "execution-requests": `${stack.sqs}/000000000000/execution-requests` },
      },
    });
  });

  it("uses other servers in place of its own", async () => {
    const engines = await startEngines();
    stack = await startLocalStack({
      DATA_DIR: dataDir,
      DYNAMODB_ENDPOINT: engines.dynamodb,
      SQS_ENDPOINT: engines.sqs,
    });
    expect([stack.dynamodb, stack.sqs]).toEqual([engines.dynamodb, engines.sqs]);
    const id = await request(stack);
    const running = stack;
    await expect.poll(() => statusOf(running, id), within).toBe("completed");
    expect(await stack.stop()).toBe(0);
    await engines.stop();
  });

  it.each(["PORT", "DYNAMODB_PORT", "SQS_PORT"])("says when %s is taken", async (variable) => {
    const { port, stop } = await serveLoopback(() => undefined);

    await expect(startLocalStack({ DATA_DIR: dataDir, [variable]: String(port) })).rejects.toThrow(
      `local: cannot start: port ${port} is taken; set ${variable} to`,
    );
    await stop();
  });

  it.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["WORKER", "maybe"],
    ["SQS_ENDPOINT", "localhost"],
  ])("says that %s=%s is wrong", async (variable, value) => {
    await expect(startLocalStack({ DATA_DIR: dataDir, [variable]: value })).rejects.toThrow(
      `local: cannot start: ${variable}=${value}`,
    );
  });

  it("says when its folder is another's", async () => {
    stack = await startLocalStack({ DATA_DIR: dataDir, WORKER: "off" });
    await expect(startLocalStack({ DATA_DIR: dataDir })).rejects.toThrow(/in use by another/);
  });
});

describe("the version of Node", () => {
  it.each(["20.20.2", "22.17.1"])("%s is refused with the remedy", (version) => {
    expect(() => assertNodeVersion(version)).toThrow(/too old.*install Node 24/);
  });
  it.each(["22.18.0", "24.21.0", "25.0.0"])("%s is taken", (version) => {
    expect(() => assertNodeVersion(version)).not.toThrow();
  });
});
