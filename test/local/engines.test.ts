import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { clientConfig } from "@attune/local/clients";
import { dynamoDbFile, findBinary, startDynamoDb } from "@attune/local/engines/dynamodb";
import { lockFolder } from "@attune/local/engines/lock";
import { startSqs } from "@attune/local/engines/sqs";
import { trimStreams } from "@attune/local/engines/streams";
import { ensureResources, take } from "@attune/local/resources";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, startEngines } from "../fixtures/engines.ts";
import { serveLoopback } from "../fixtures/loopback.ts";
import { processesOf } from "../fixtures/processes.ts";

const within = { timeout: 10_000, interval: 20 };
const connects = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
const sqsClient = (endpoint: string) =>
  new SQSClient({ ...clientConfig(endpoint), useQueueUrlAsEndpoint: false });

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stop());

describe("the engines", () => {
  it.each(["dynamodb", "sqs"] as const)("%s listens on 127.0.0.1 alone", async (name) => {
    const port = Number(new URL(engines[name]).port);
    const others = Object.values(networkInterfaces())
      .flat()
      .map((address) => address?.address ?? "")
      .filter((address) => address !== "127.0.0.1");

    expect(await connects("127.0.0.1", port)).toBe(true);
    // Whoever binds every address answers on all of 127.0.0.0/8.
    for (const address of ["127.0.0.2", ...others])
      expect([address, await connects(address, port)]).toEqual([address, false]);
  });

  it("starts again with its data, on its port, after a kill -9 of the DynamoDB engine", async () => {
    await ensureResources(engines);
    const client = new DynamoDBClient({ ...clientConfig(engines.dynamodb), maxAttempts: 1 });
    const key = { key: { S: "kept" } };
    await client.send(new PutItemCommand({ TableName: "Payloads", Item: key }));
    for (const id of processesOf(dynamoDbFile(engines.dataDir))) process.kill(id, "SIGKILL");

    const read = () => client.send(new GetItemCommand({ TableName: "Payloads", Key: key }));
    await expect.poll(async () => (await read()).Item, within).toEqual(key);
  });

  it("keeps messages over a kill -9 of the SQS engine, those in flight too", async () => {
    const { queues } = await ensureResources(engines);
    const QueueUrl = take(queues, "ExecutionEvents").url;
    const client = sqsClient(engines.sqs);
    for (const MessageBody of ["one", "two"])
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const taken = await client.send(
      new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 1, MaxNumberOfMessages: 1 }),
    );
    expect(taken.Messages).toHaveLength(1);
    for (const id of processesOf(join(engines.dataDir, "sqs"))) process.kill(id, "SIGKILL");

    const seen = new Set<string>();
    const receive = async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 60 });
      const { Messages = [] } = await client.send(command);
      for (const { Body = "" } of Messages) seen.add(Body);
      return [...seen].toSorted();
    };
    await expect.poll(receive, within).toEqual(["one", "two"]);
  });

  it("makes a message visible at once, and goes on counting its receives", async () => {
    const { queues } = await ensureResources(engines);
    const QueueUrl = take(queues, "ExecutionScheduled").url;
    const client = sqsClient(engines.sqs);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "back" }));
    const receive = async () => {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      });
      return (await client.send(command)).Messages?.[0];
    };
    const ReceiptHandle = (await receive())?.ReceiptHandle;
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );

    expect(await receive()).toMatchObject({
      Body: "back",
      Attributes: { ApproximateReceiveCount: "2" },
    });
  });

  it("leaves no process behind", async () => {
    const own = await startEngines();
    expect(processesOf(own.dataDir).length).toBeGreaterThanOrEqual(3);
    await own.stop();
    await expect.poll(() => processesOf(own.dataDir), within).toEqual([]);
  });

  it("names the port that is taken, and the variable", async () => {
    const { port, stop } = await serveLoopback(() => undefined);
    const dataDir = mkdtempSync(join(tmpdir(), "attune-taken-"));

    await expect(startDynamoDb({ port, dataDir })).rejects.toThrow(
      `port ${port} is taken; set DYNAMODB_PORT`,
    );
    await expect(startSqs({ port, dataDir })).rejects.toThrow(
      `port ${port} is taken; set SQS_PORT`,
    );
    await stop();
    rmSync(dataDir, { recursive: true });
  });

  it("names the remedy where there is no DynamoDB engine", () => {
    expect(() => findBinary("plan9-mips")).toThrow(/no DynamoDB engine.*DYNAMODB_ENDPOINT/);
  });

  it("gives a folder to one at a time", () => {
    const folder = mkdtempSync(join(tmpdir(), "attune-lock-"));
    const first = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/in use by another local stack.*DATA_DIR/);
    first.release();
    lockFolder(folder).release();
    rmSync(folder, { recursive: true });
  });
});

describe("trimming a stream", () => {
  it("removes what is old and consumed, but not the last record", async () => {
    const own = await startEngines();
    await ensureResources(own);
    const client = new DynamoDBClient(clientConfig(own.dynamodb));
    const put = (id: number) =>
      client.send(new PutItemCommand({ TableName: "Executions", Item: { id: { N: String(id) } } }));
    for (let id = 1; id <= 12; id++) await put(id);
    const database = new DatabaseSync(dynamoDbFile(own.dataDir), { timeout: 5_000 });
    const left = () =>
      database
        .prepare("SELECT sequence_number AS n FROM _stream_records ORDER BY id")
        .all()
        .map(({ n }) => Number(n));
    const old = "UPDATE _stream_records SET created_at = created_at - 90000 WHERE id > 2";
    database.exec(old);

    trimStreams(own.dataDir, new Map([["Executions", 9n]]));
    expect(left()).toEqual([1, 2, 10, 11, 12]);
    trimStreams(own.dataDir, new Map([["Executions", 12n]]));
    expect(left()).toEqual([1, 2, 12]);
    await put(13);
    expect(left()).toEqual([1, 2, 12, 13]);
    database.close();
    await own.stop();
  });
});
