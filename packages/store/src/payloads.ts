/**
 * `config` and `result`: small ones ride in the execution's item, larger ones have an item of their own
 * in `Payloads`, so that a change of status rewrites one kilobyte and not the payload.
 */
import { createHash } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import type { JsonText } from "@attune/domain/json-text";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { accessPatterns } from "./access-patterns/index.ts";
import { readBatch } from "./batch.ts";
import type { Store } from "./store.ts";

/** How an execution's item holds a payload: its text, or the key of the item that has it. */
export const Payload = z.union([z.object({ text: z.string() }), z.object({ ref: z.string() })]);
export type Payload = z.infer<typeof Payload>;
export type PayloadKind = "config" | "result";

/**
 * Bytes up to which a payload rides in the item. The config is rewritten with each of the five changes
 * after it, so it has to leave the item under a kilobyte; the result is written once, and may grow the
 * item to the four kilobytes that half a read unit reads.
 */
const INLINE_BYTES: Readonly<Record<PayloadKind, number>> = { config: 512, result: 2_048 };

/** An item holds 400 KB, its key and attribute names included. */
const MAX_BYTES = 390_000;

const PayloadItem = z.object({ key: z.string(), text: z.string() });

/**
 * Stores a payload where its size belongs. The key of its own item holds a digest of the text: a call
 * that loses its race leaves the winner's payload alone.
 *
 * @throws ServiceError 413 when it is larger than can be stored
 */
export async function savePayload(
  store: Store,
  id: number,
  kind: PayloadKind,
  text: JsonText,
): Promise<Payload> {
  const bytes = Buffer.byteLength(text);
  if (bytes <= INLINE_BYTES[kind]) return { text };
  if (bytes > MAX_BYTES) {
    throw new ServiceError(
      413,
      `The ${kind} has ${bytes} bytes, and at most ${MAX_BYTES} are kept`,
    );
  }
  const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
  const key = `${id}/${kind}/${digest}`;
  const params = accessPatterns.putPayload.params(store.tables, { key, text });
  await store.client.send(new PutCommand(params));
  return { ref: key };
}

/**
 * The texts of some payloads, in their order; `null` for one that is not there.
 *
 * @throws Error when a payload's item is missing: it is written before it is referred to
 */
export async function loadPayloads(
  store: Store,
  payloads: readonly (Payload | undefined)[],
): Promise<(JsonText | null)[]> {
  const refs = payloads.flatMap((payload) => (payload && "ref" in payload ? [payload.ref] : []));
  const params = accessPatterns.payloadsByKeys.params(store.tables, { keys: refs });
  const items = await readBatch(store.client, params, PayloadItem);
  const texts = new Map(items.map((item) => [item.key, item.text]));
  return payloads.map((payload) => {
    if (payload === undefined) return null;
    if ("text" in payload) return payload.text;
    const text = texts.get(payload.ref);
    if (text === undefined) throw new Error(`The payload ${payload.ref} is missing`);
    return text;
  });
}
