/** BatchGetItem, whole: in batches of a hundred, until nothing is unprocessed. */
import { setTimeout as wait } from "node:timers/promises";
import { ServiceError } from "@attune/domain/errors";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
} from "@aws-sdk/lib-dynamodb";
import type * as z from "zod/mini";

/** What DynamoDB takes at most: keys in a call. */
const KEYS_A_CALL = 100;
/** Calls for what a call left unprocessed, before it counts as throttled. */
const TRIES = 8;

type Request = NonNullable<BatchGetCommandInput["RequestItems"]>;

async function readAll(
  client: DynamoDBDocumentClient,
  request: Request,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let pending = request;
  for (let attempt = 0; Object.keys(pending).length > 0; attempt++) {
    if (attempt === TRIES)
      throw new ServiceError(503, "The service is too busy for the moment; try again", {
        cause: pending,
      });
    if (attempt > 0) await wait(Math.random() * 25 * 2 ** attempt);
    const answer = await client.send(new BatchGetCommand({ RequestItems: pending }));
    items.push(...Object.values(answer.Responses ?? {}).flat());
    pending = answer.UnprocessedKeys ?? {};
  }
  return items;
}

/**
 * The items of one table that are there, in no order, parsed; any number of keys, none included.
 *
 * @throws ServiceError 503 when DynamoDB keeps leaving keys unprocessed
 */
export async function readBatch<T>(
  client: DynamoDBDocumentClient,
  input: BatchGetCommandInput,
  schema: z.ZodMiniType<T>,
): Promise<T[]> {
  const requests = Object.entries(input.RequestItems ?? {}).flatMap(
    ([table, { Keys = [], ...rest }]) =>
      Array.from({ length: Math.ceil(Keys.length / KEYS_A_CALL) }, (_, call) => ({
        [table]: { ...rest, Keys: Keys.slice(call * KEYS_A_CALL, (call + 1) * KEYS_A_CALL) },
      })),
  );
  const items = await Promise.all(requests.map((request) => readAll(client, request)));
  return items.flat().map((item) => schema.parse(item));
}
