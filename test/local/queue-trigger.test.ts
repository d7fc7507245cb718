import { clientConfig } from "@attune/local/clients";
import { localFunction } from "@attune/local/invoke";
import { queueEvent, startQueueTrigger } from "@attune/local/triggers/queue";
import type { Trigger } from "@attune/local/triggers/trigger";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Engines, startEngines } from "../fixtures/engines.ts";

const Event = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});
type Records = z.infer<typeof Event>["Records"];

let engines: Engines;
let client: SQSClient;
let trigger: Trigger | undefined;
beforeAll(async () => {
  engines = await startEngines();
  client = new SQSClient({ ...clientConfig(engines.sqs), useQueueUrlAsEndpoint: false });
});
afterEach(() => trigger?.stop());
afterAll(() => engines.stop());

let queues = 0;
async function setUp(handle: (records: Records) => unknown, bodies: string[], batchSize = 10) {
  const name = `queue-${++queues}`;
  const { QueueUrl: url = "" } = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "1" } }),
  );
  for (const MessageBody of bodies)
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  const target = localFunction("target", { timeout: 5, memory: 128 }, (event) =>
    handle(Event.parse(event).Records),
  );
  const queue = { name, url, arn: `arn:aws:sqs:us-east-1:000000000000:${name}` };
  trigger = startQueueTrigger({ client, queue, batchSize, target });
  return url;
}

/** Messages that are still there: visible and in flight. */
async function left(url: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  return (
    Number(Attributes.ApproximateNumberOfMessages) +
    Number(Attributes.ApproximateNumberOfMessagesNotVisible)
  );
}

const within = { timeout: 10_000, interval: 20 };

describe("the mapping of a queue", () => {
  it("delivers every message in batches and deletes it", async () => {
    const sizes: number[] = [];
    const seen: string[] = [];
    const bodies = Array.from({ length: 25 }, (_, index) => String(index));
    const url = await setUp(
      (records) => {
        sizes.push(records.length);
        seen.push(...records.map((record) => record.body));
      },
      bodies,
      4,
    );

    await expect.poll(() => left(url), within).toBe(0);
    expect(seen.toSorted()).toEqual(bodies.toSorted());
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
  });

  it("delivers only the messages again that the function names", async () => {
    const seen: string[] = [];
    const url = await setUp(
      (records) => {
        const again = records.filter(({ body }) => body === "bad" && !seen.includes("bad"));
        seen.push(...records.map((record) => record.body));
        return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      },
      ["good", "bad", "fine"],
    );

    await expect.poll(() => left(url), within).toBe(0);
    expect(seen.toSorted()).toEqual(["bad", "bad", "fine", "good"]);
  });

  it.each([
    ["an error", () => Promise.reject(new Error("on purpose"))],
    ["an unknown item", () => ({ batchItemFailures: [{ itemIdentifier: "unknown" }] })],
    ["an empty item", () => ({ batchItemFailures: [{ itemIdentifier: "" }] })],
    ["another shape", () => ({ batchItemFailures: [{ id: "x" }] })],
  ])("delivers the whole batch again after %s", async (_, fail) => {
    const seen: string[] = [];
    const url = await setUp(
      (records) => {
        const first = records.some(({ body }) => !seen.includes(body));
        seen.push(...records.map(({ body }) => body));
        return first ? fail() : undefined;
      },
      ["a", "b"],
    );

    await expect.poll(() => left(url), within).toBe(0);
    expect(seen.filter((body) => body === "a").length).toBeGreaterThan(1);
    expect(seen.filter((body) => body === "b").length).toBeGreaterThan(1);
  });

  it("goes on while one batch is slow", async () => {
    const slow = Promise.withResolvers<void>();
    const url = await setUp(
      (records) => (records.some(({ body }) => body === "slow") ? slow.promise : undefined),
      ["slow", "a", "b", "c"],
      1,
    );

    await expect.poll(() => left(url), within).toBe(1);
    slow.resolve();
    await expect.poll(() => left(url), within).toBe(0);
  });

  it("makes AWS's documented event", () => {
    const message = {
      MessageId: "059f36b4-87a3-44ab-83d2-661975830a7d",
      ReceiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
      Body: "Test message.",
      MD5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      Attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1545082649183",
        SenderId: "AIDAIENQZJOLO23YVJ4VO",
        ApproximateFirstReceiveTimestamp: "1545082649185",
      },
      MessageAttributes: {
        myAttribute: { StringValue: "myValue", DataType: "String" },
        bytes: { BinaryValue: new Uint8Array([0, 255]), DataType: "Binary" },
      },
    };
    const lists = { stringListValues: [], binaryListValues: [] };

    expect(queueEvent([message], "arn:aws:sqs:us-east-1:123456789012:my-queue")).toEqual({
      Records: [
        {
          messageId: message.MessageId,
          receiptHandle: message.ReceiptHandle,
          body: "Test message.",
          attributes: message.Attributes,
          messageAttributes: {
            myAttribute: { stringValue: "myValue", dataType: "String", ...lists },
            bytes: { binaryValue: "AP8=", dataType: "Binary", ...lists },
          },
          md5OfBody: message.MD5OfBody,
          eventSource: "aws:sqs",
          eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:my-queue",
          awsRegion: "us-east-1",
        },
      ],
    });
  });
});
