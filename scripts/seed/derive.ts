/** What the stream derives from executions, made by the function that follows it in earnest. */
import { startDynamoDb } from "@attune/local/engines/dynamodb";
import { startSqs } from "@attune/local/engines/sqs";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment, take } from "@attune/local/resources";
import type { DynamoDBBatchResponse } from "aws-lambda";
import * as z from "zod";
import { type Image, readParts } from "./archive.ts";

/** Past any that the engine gives: what is named after the first record of a batch stays apart. */
const FIRST_SEQUENCE = 10n ** 30n;

const Answer = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })),
}) satisfies z.ZodType<DynamoDBBatchResponse>;

const recordOf = (NewImage: Image, place: number) => ({
  eventID: `seed-${place}`,
  eventName: "INSERT",
  eventSource: "aws:dynamodb",
  dynamodb: {
    NewImage,
    SequenceNumber: String(FIRST_SEQUENCE + BigInt(place)),
    StreamViewType: "NEW_AND_OLD_IMAGES",
  },
});

/**
 * Starts the engines on `dataDir`, and gives the function of the counters every execution of the archive,
 * as it ended: once a process, since the functions read their environment once.
 *
 * @param done called with the number of executions that are done so far
 * @throws Error when the function does not take one
 */
export async function derive(
  archive: string,
  dataDir: string,
  done: (executions: number) => void,
): Promise<void> {
  const engines = await Promise.all([
    startDynamoDb({ port: 0, dataDir }),
    startSqs({ port: 0, dataDir }),
  ]);
  try {
    const servers = { dynamodb: engines[0].url, sqs: engines[1].url };
    const environment = lambdaEnvironment(servers, await ensureResources(servers));
    Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: "WARN" }, environment);
    const counters = take(await loadFunctions(), "counters");
    let place = 0;
    for await (const images of readParts(archive, "Executions")) {
      const Records = images.map((image) => recordOf(image, ++place));
      const { batchItemFailures } = Answer.parse(await counters.invoke({ Records }));
      const [failed] = batchItemFailures;
      if (failed) throw new Error(`The counters do not take record ${failed.itemIdentifier}`);
      done(place);
    }
  } finally {
    await Promise.all(engines.map((engine) => engine.stop()));
  }
}
