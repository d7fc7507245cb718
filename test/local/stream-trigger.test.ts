import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { clientConfig } from "@attune/local/clients";
import { localFunction } from "@attune/local/invoke";
import { tableInput } from "@attune/local/resources/tables";
import { openCheckpoint } from "@attune/local/triggers/checkpoint";
import { type StreamSource, startStreamTrigger } from "@attune/local/triggers/stream";
import { streamEvent } from "@attune/local/triggers/stream-event";
import type { Trigger } from "@attune/local/triggers/trigger";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Engines, startEngines } from "../fixtures/engines.ts";

const Event = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        Keys: z.object({ id: z.object({ N: z.coerce.number() }) }),
        SequenceNumber: z.string(),
      }),
    }),
  ),
});

interface Change {
  readonly id: number;
  readonly sequence: string;
}

type Mapping = Pick<StreamSource, "maximumRetryAttempts" | "filters" | "windowSeconds">;

let engines: Engines;
let dynamodb: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let sqs: SQSClient;
let trigger: Trigger | undefined;
beforeAll(async () => {
  engines = await startEngines();
  dynamodb = new DynamoDBClient(clientConfig(engines.dynamodb));
  streams = new DynamoDBStreamsClient(clientConfig(engines.dynamodb));
  sqs = new SQSClient({ ...clientConfig(engines.sqs), useQueueUrlAsEndpoint: false });
});
afterEach(() => trigger?.stop());
afterAll(() => engines.stop());

async function createSource() {
  const name = `table-${randomUUID()}`;
  const table = {
    fields: { id: "number" },
    primaryIndex: { hashKey: "id" },
    globalIndexes: {},
    stream: true,
  } as const;
  const { TableDescription } = await dynamodb.send(new CreateTableCommand(tableInput(name, table)));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return {
    name,
    streamArn: TableDescription?.LatestStreamArn ?? "",
    failuresUrl: QueueUrl,
    checkpointFile: join(engines.dataDir, `${name}.json`),
  };
}
type Source = Awaited<ReturnType<typeof createSource>>;

async function put(source: Source, from: number, to: number): Promise<void> {
  for (let id = from; id <= to; id++)
    await dynamodb.send(
      new PutItemCommand({ TableName: source.name, Item: { id: { N: String(id) } } }),
    );
}

function start(
  source: Source,
  handle: (changes: Change[]) => unknown,
  { maximumRetryAttempts = 2, filters = [], windowSeconds = 0 }: Partial<Mapping> = {},
) {
  const target = localFunction("target", { timeout: 5, memory: 128 }, (event) =>
    handle(
      Event.parse(event).Records.map(({ dynamodb: { Keys, SequenceNumber } }) => ({
        id: Keys.id.N,
        sequence: SequenceNumber,
      })),
    ),
  );
  trigger = startStreamTrigger({
    client: streams,
    sqs,
    ...source,
    batchSize: 10,
    windowSeconds,
    filters,
    maximumRetryAttempts,
    checkpoint: openCheckpoint(source.checkpointFile, source.streamArn),
    target,
  });
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const within = { timeout: 15_000, interval: 20 };

describe("the mapping of a table's stream", () => {
  it("delivers every change once, in order, in batches", async () => {
    const source = await createSource();
    await put(source, 1, 25);
    const batches: number[][] = [];
    start(source, (changes) => void batches.push(changes.map(({ id }) => id)));
    await put(source, 26, 30);

    await expect.poll(() => batches.flat(), within).toEqual(numbers(1, 30));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(10);
  });

  it("delivers a change soon after it was written", async () => {
    const source = await createSource();
    const delays: number[] = [];
    let written = 0;
    start(source, () => void delays.push(Date.now() - written));
    // The list of shards is only looked at every second: the first change opens the shard.
    await put(source, 0, 0);
    await expect.poll(() => delays.length, within).toBe(1);
    for (const id of numbers(1, 9)) {
      written = Date.now();
      await put(source, id, id);
      await expect.poll(() => delays.length, { ...within, interval: 2 }).toBe(id + 1);
    }

    expect(delays.slice(1).toSorted((a, b) => a - b)[4]).toBeLessThan(100);
  });

  it("starts again at the first change that the function names", async () => {
    const source = await createSource();
    await put(source, 1, 8);
    const done: number[] = [];
    let refused = false;
    start(source, (changes) => {
      const bad = refused ? -1 : changes.findIndex(({ id }) => id === 5);
      if (bad === -1) return void done.push(...changes.map(({ id }) => id));
      refused = true;
      done.push(...changes.slice(0, bad).map(({ id }) => id));
      // The order of the list does not matter: the lowest counts.
      const failed = [...changes.slice(bad)].reverse();
      return { batchItemFailures: failed.map(({ sequence }) => ({ itemIdentifier: sequence })) };
    });

    await expect.poll(() => done, within).toEqual(numbers(1, 8));
    expect(refused).toBe(true);
  });

  it("puts the place of a change that always fails into the queue, and loses no other", async () => {
    const source = await createSource();
    await put(source, 1, 12);
    const done: number[] = [];
    let tries = 0;
    start(source, (changes) => {
      if (changes.some(({ id }) => id === 6)) {
        if (changes.length === 1) tries += 1;
        throw new Error("on purpose");
      }
      done.push(...changes.map(({ id }) => id));
    });

    await expect.poll(() => done, within).toEqual(numbers(1, 12).filter((id) => id !== 6));
    expect(tries).toBe(3);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: source.failuresUrl, WaitTimeSeconds: 2 }),
    );
    expect(JSON.parse(Messages[0]?.Body ?? "{}")).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 3 },
      responseContext: { functionError: "Unhandled" },
      version: "1.0",
      DDBStreamBatchInfo: {
        startSequenceNumber: "6",
        endSequenceNumber: "6",
        batchSize: 1,
        streamArn: source.streamArn,
      },
    });
  });

  it("goes on at its checkpoint", async () => {
    const source = await createSource();
    await put(source, 1, 15);
    const first: number[] = [];
    start(source, (changes) => void first.push(...changes.map(({ id }) => id)));
    await expect.poll(() => first, within).toEqual(numbers(1, 15));
    await trigger?.stop();
    await put(source, 16, 20);
    const second: number[] = [];
    start(source, (changes) => void second.push(...changes.map(({ id }) => id)));

    await expect.poll(() => second, within).toEqual(numbers(16, 20));
  });

  it("delivers a batch again that was not finished when it stopped", async () => {
    const source = await createSource();
    await put(source, 1, 3);
    let tries = 0;
    start(
      source,
      () => {
        tries += 1;
        throw new Error("on purpose");
      },
      { maximumRetryAttempts: 1000 },
    );
    await expect.poll(() => tries, within).toBeGreaterThan(2);
    await trigger?.stop();
    const done: number[] = [];
    start(source, (changes) => void done.push(...changes.map(({ id }) => id)));

    await expect.poll(() => done, within).toEqual([1, 2, 3]);
  });

  it("drops what matches no filter, and goes on past it", async () => {
    const source = await createSource();
    await put(source, 1, 30);
    const filters = [
      { dynamodb: { Keys: { id: { N: ["3"] } } } },
      { dynamodb: { Keys: { id: { N: [{ prefix: "1" }] } } } },
    ];
    const batches: number[][] = [];
    start(source, (changes) => void batches.push(changes.map(({ id }) => id)), { filters });

    await expect.poll(() => batches.flat(), within).toEqual([1, 3, ...numbers(10, 19)]);
    // The last ten, of which none is delivered: it does not read them again after a restart.
    const consumed = () => openCheckpoint(source.checkpointFile, source.streamArn).consumed();
    await expect.poll(consumed, within).toBe(30n);
  });

  it("waits for more, in a window that begins with the first change", async () => {
    const source = await createSource();
    await put(source, 1, 1);
    const batches: number[][] = [];
    start(source, (changes) => void batches.push(changes.map(({ id }) => id)), {
      windowSeconds: 2,
    });
    await put(source, 2, 4);

    await expect.poll(() => batches, within).toEqual([[1, 2, 3, 4]]);
  });

  it("waits for no window when a batch is full", async () => {
    const source = await createSource();
    const batches: number[][] = [];
    start(source, (changes) => void batches.push(changes.map(({ id }) => id)), {
      windowSeconds: 3_600,
    });
    await put(source, 1, 25);

    await expect.poll(() => batches, within).toEqual([numbers(1, 10), numbers(11, 20)]);
  });

  it("delivers again what it held in a window when it stopped", async () => {
    const source = await createSource();
    await put(source, 1, 3);
    start(source, () => expect.unreachable(), { windowSeconds: 3_600 });
    await put(source, 4, 5);
    await trigger?.stop();
    const done: number[] = [];
    start(source, (changes) => void done.push(...changes.map(({ id }) => id)));

    await expect.poll(() => done, within).toEqual(numbers(1, 5));
  });

  it("makes AWS's documented event", () => {
    const change = {
      Keys: { Id: { N: "101" } },
      NewImage: {
        Message: { S: "New item!" },
        Id: { N: "101" },
        Bytes: { B: new Uint8Array([1]) },
      },
      SequenceNumber: "111",
      SizeBytes: 26,
      StreamViewType: "NEW_AND_OLD_IMAGES" as const,
      ApproximateCreationDateTime: new Date(1_479_499_740_000),
    };
    const about = {
      eventID: "1",
      eventVersion: "1.0",
      awsRegion: "us-west-2",
      eventName: "INSERT" as const,
      eventSource: "aws:dynamodb",
    };
    const arn = "arn:aws:dynamodb:us-west-2:123456789012:table/t/stream/2015-06-27T00:48:05.899";

    expect(streamEvent([{ ...about, dynamodb: change }], arn)).toEqual({
      Records: [
        {
          ...about,
          dynamodb: {
            ...change,
            NewImage: { ...change.NewImage, Bytes: { B: "AQ==" } },
            ApproximateCreationDateTime: 1_479_499_740,
          },
          eventSourceARN: arn,
        },
      ],
    });
  });
});
