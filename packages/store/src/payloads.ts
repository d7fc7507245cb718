/**
 * `config` and `result`: small ones ride in the execution's item, larger ones have an item of their own
 * in `Payloads`, so that a change of status rewrites one kilobyte and not the payload, and those that no
 * item holds are objects in S3.
 */
import { createHash } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import type { JsonText } from "@attune/domain/json-text";
import { Integer } from "@attune/domain/numbers";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { payloadPatterns } from "./access-patterns/payloads.ts";
import { readBatch } from "./batch.ts";
import type { Store } from "./store.ts";

const Text = z.string();

/** How an execution's item holds a payload: its text, or the key of the item or object that has it. */
export const Payload = z.union([
  z.object({ text: Text }),
  z.object({ ref: Text, bytes: Integer }),
  z.object({ object: Text, bytes: Integer }),
]);
export type Payload = z.infer<typeof Payload>;
export type PayloadKind = "config" | "result";

/**
 * Bytes up to which a payload rides in the item. The config is rewritten with each of the four changes
 * after it, so it has to leave the item under a kilobyte; the result is written once, and may grow the
 * item to the four kilobytes that half a read unit reads.
 */
const INLINE_BYTES: Readonly<Record<PayloadKind, number>> = { config: 512, result: 2_048 };

/** An item holds 400 KB, its key and attribute names included. */
const ITEM_BYTES = 390_000;

/** What the API promises: 5 MB. */
export const MAX_BYTES = 5 * 1_048_576;

/** Objects that are read, or kept, at the same time. */
const OBJECTS_AT_ONCE = 8;

export const PayloadItem = z.object({ key: Text, text: Text });

/** Bytes of a payload's text, in UTF-8. */
export const bytesOf = (payload: Payload): number =>
  "text" in payload ? Buffer.byteLength(payload.text) : payload.bytes;

/**
 * What reading a payload of so many bytes takes beside its execution's item, in read units: payloads are read
 * consistently, a unit for 4 KB. S3 takes none; its 32 KB count as one for the time that they take.
 */
export function readUnitsOf(bytes: number): number {
  if (bytes <= INLINE_BYTES.result) return 0;
  return bytes <= ITEM_BYTES ? Math.ceil(bytes / 4_096) : bytes / 32_768;
}

/**
 * Where the size of a payload puts it. The key holds a digest of the text: a call that loses its race
 * leaves the winner's payload alone.
 *
 * @throws ServiceError 413 when it is larger than 5 MB
 */
export function payloadOf(id: number, kind: PayloadKind, text: JsonText): Payload {
  const bytes = Buffer.byteLength(text);
  if (bytes <= INLINE_BYTES[kind]) return { text };
  if (bytes > MAX_BYTES) {
    throw new ServiceError(
      413,
      `The ${kind} has ${bytes} bytes of JSON, and at most ${MAX_BYTES} (5 MB) are kept`,
    );
  }
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  const key = `${id}/${kind}/${digest}`;
  return bytes > ITEM_BYTES ? { object: key, bytes } : { ref: key, bytes };
}

/**
 * Stores a payload where its size belongs, before an execution refers to it.
 *
 * @throws ServiceError 413 when it is larger than 5 MB, 503 when S3 is away
 */
export async function savePayload(
  store: Store,
  id: number,
  kind: PayloadKind,
  text: JsonText,
): Promise<Payload> {
  const payload = payloadOf(id, kind, text);
  if ("object" in payload) await store.blobs.put(payload.object, text);
  if ("ref" in payload) {
    const params = payloadPatterns.putPayload.params(store.tables, { key: payload.ref, text });
    await store.client.send(new PutCommand(params));
  }
  return payload;
}

type Payloads = readonly (Payload | undefined)[];

const objectsOf = (payloads: Payloads) => [
  ...new Set(payloads.flatMap((one) => (one && "object" in one ? [one.object] : []))),
];

/** Works on all keys, some at a time, and gives what each came to. */
async function forEachObject<T>(keys: readonly string[], work: (key: string) => Promise<T>) {
  const done: T[] = [];
  for (let at = 0; at < keys.length; at += OBJECTS_AT_ONCE) {
    done.push(...(await Promise.all(keys.slice(at, at + OBJECTS_AT_ONCE).map(work))));
  }
  return done;
}

/**
 * The texts of some payloads, in their order; `null` for one that is not there.
 *
 * @throws Error when a payload's item or object is missing: it is written before it is referred to
 */
export async function loadPayloads(store: Store, payloads: Payloads): Promise<(JsonText | null)[]> {
  const refs = payloads.flatMap((payload) => (payload && "ref" in payload ? [payload.ref] : []));
  const params = payloadPatterns.payloadsByKeys.params(store.tables, { keys: [...new Set(refs)] });
  const [items, objects] = await Promise.all([
    readBatch(store.client, params, PayloadItem),
    forEachObject(objectsOf(payloads), async (key) => ({ key, text: await store.blobs.get(key) })),
  ]);
  const texts = new Map([...items, ...objects].map(({ key, text }) => [key, text]));
  return payloads.map((payload) => {
    if (payload === undefined) return null;
    if ("text" in payload) return payload.text;
    const key = "ref" in payload ? payload.ref : payload.object;
    const text = texts.get(key);
    if (text === undefined) throw new Error(`The payload ${key} is missing`);
    return text;
  });
}

/**
 * Keeps the objects among payloads that executions refer to: until then they expire. Again is no harm.
 *
 * @throws ServiceError 503 when S3 is away
 */
export async function keepBlobs(store: Store, payloads: Payloads): Promise<void> {
  await forEachObject(objectsOf(payloads), (key) => store.blobs.keep(key));
}
