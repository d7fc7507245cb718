/**
 * What the stream derives from how executions ended, made by the function that follows it in earnest, on tables in
 * memory: a million executions are counted in minutes. How they came there is in their histories, which it takes no part in.
 */
import { lambdaEnvironment } from "@attune/local/resources";
import { streamEvent } from "@attune/local/triggers/stream-event";
import { tables } from "@attune/topology/tables";
import * as z from "zod";
import type { MemoryDynamoDb } from "../../test/fixtures/memory-dynamodb.ts";
import type { Image } from "./archive.ts";

const Answer = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
});

type Handler = (event: unknown, context: object) => unknown;
const isHandler = (value: unknown): value is Handler => typeof value === "function";
const Module = z.object({ handler: z.custom<Handler>(isHandler, "is no function") });

/**
 * The function of the counters on a database in memory: once a process, since it reads its environment once.
 *
 * @returns counts some executions, as they ended; throws Error where the function does not take one
 */
export async function createDerive(database: MemoryDynamoDb) {
  const named = Object.keys(tables).map((name) => [name, { name, streamArn: undefined }] as const);
  const servers = { dynamodb: "http://127.0.0.1:1", sqs: "http://127.0.0.1:1" };
  const resources = { tables: new Map(named), queues: new Map(), buckets: new Map() };
  Object.assign(process.env, lambdaEnvironment(servers, resources));
  const { store } = await import("@attune/functions/resources");
  const counters = await import("@attune/functions/streams/counters");
  const { handler } = Module.parse({ ...counters });
  Object.assign(store.client, { send: async (command: unknown) => database.apply(command) });

  return async (images: readonly Image[]): Promise<void> => {
    const records = images.map((NewImage) => ({
      eventName: "INSERT" as const,
      dynamodb: {
        NewImage,
        SequenceNumber: NewImage.id?.N,
        ApproximateCreationDateTime: new Date(NewImage.updated?.S ?? Number.NaN),
      },
    }));
    const { batchItemFailures } = Answer.parse(await handler(streamEvent(records, ""), {}));
    const [failed] = batchItemFailures;
    if (failed) throw new Error(`The counters do not take execution ${failed.itemIdentifier}`);
  };
}
