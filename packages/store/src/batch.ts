/** BatchGetItem, whole: in calls of a hundred keys, until nothing is unprocessed. */
import { nextTick } from "node:process";
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
type KeysOfTable = Request[string];
type Item = Record<string, unknown>;
/** What there is, by table. */
type Items = ReadonlyMap<string, readonly Item[]>;

async function readAll(client: DynamoDBDocumentClient, request: Request): Promise<Items> {
  const items = new Map<string, Item[]>();
  let pending = request;
  for (let attempt = 0; Object.keys(pending).length > 0; attempt++) {
    if (attempt === TRIES)
      throw new ServiceError(503, "The service is too busy for the moment; try again", {
        cause: pending,
      });
    if (attempt > 0) await wait(Math.random() * 25 * 2 ** attempt);
    const answer = await client.send(new BatchGetCommand({ RequestItems: pending }));
    for (const [table, found] of Object.entries(answer.Responses ?? {}))
      items.set(table, [...(items.get(table) ?? []), ...found]);
    pending = answer.UnprocessedKeys ?? {};
  }
  return items;
}

/** A call that has not been sent yet. */
interface Call {
  readonly request: Request;
  readonly answer: Promise<Items>;
}

/** The calls of each client that go out at the end of this turn of the event loop. */
const waiting = new WeakMap<DynamoDBDocumentClient, Call[]>();

function openCall(client: DynamoDBDocumentClient): Call {
  const request: Request = {};
  const { promise, resolve } = Promise.withResolvers<void>();
  nextTick(resolve);
  const answer = promise.then(() => {
    waiting.delete(client);
    return readAll(client, request);
  });
  return { request, answer };
}

/** The key of an item, or a key, as text. */
const textOf = (item: Item, names: readonly string[]) =>
  JSON.stringify(names.map((name) => item[name]));

/** What some keys of a table make of those that a call asks for already; `undefined` where they cannot go together. */
function joinKeys(there: KeysOfTable | undefined, more: KeysOfTable): KeysOfTable | undefined {
  if (there === undefined) return more;
  const { Keys = [], ...how } = there;
  const { Keys: further = [], ...howElse } = more;
  if (JSON.stringify(how) !== JSON.stringify(howElse)) return undefined;
  const names = Object.keys(further[0] ?? {});
  const byText = new Map([...Keys, ...further].map((key) => [textOf(key, names), key]));
  return { ...how, Keys: [...byText.values()] };
}

const countKeys = (request: Request) =>
  Object.values(request).reduce((sum, { Keys = [] }) => sum + Keys.length, 0);

/** Asks for some keys of a table, in one call with what else is asked in the same turn. */
async function ask(
  client: DynamoDBDocumentClient,
  table: string,
  keys: KeysOfTable,
): Promise<readonly Item[]> {
  const calls = waiting.get(client) ?? [];
  const wanted = keys.Keys?.length ?? 0;
  const open = calls.find(
    ({ request }) =>
      countKeys(request) + wanted <= KEYS_A_CALL && joinKeys(request[table], keys) !== undefined,
  );
  const call = open ?? openCall(client);
  if (!open) waiting.set(client, [...calls, call]);
  call.request[table] = joinKeys(call.request[table], keys) ?? keys;
  const items = (await call.answer).get(table) ?? [];
  const names = Object.keys(keys.Keys?.[0] ?? {});
  const own = new Set(keys.Keys?.map((key) => textOf(key, names)));
  return items.filter((item) => own.has(textOf(item, names)));
}

/**
 * The items of one table that are there, in no order, parsed; any number of keys, none included. What is asked
 * for at the same time goes in one request, of several tables and by several callers.
 *
 * @throws ServiceError 503 when DynamoDB keeps leaving keys unprocessed
 */
export async function readBatch<T>(
  client: DynamoDBDocumentClient,
  input: BatchGetCommandInput,
  schema: z.ZodMiniType<T>,
): Promise<T[]> {
  const asked = Object.entries(input.RequestItems ?? {}).flatMap(
    ([table, { Keys = [], ...rest }]) =>
      Array.from({ length: Math.ceil(Keys.length / KEYS_A_CALL) }, (_, call) =>
        ask(client, table, {
          ...rest,
          Keys: Keys.slice(call * KEYS_A_CALL, (call + 1) * KEYS_A_CALL),
        }),
      ),
  );
  const items = await Promise.all(asked);
  return items.flat().map((item) => schema.parse(item));
}
