/** Cursors of lists: a place, bound to the list it belongs to, and signed, so that none but ours is taken. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import { Id } from "@attune/domain/execution";
import { Natural, Positive } from "@attune/domain/numbers";
import type { Cursor } from "@attune/store/list/request";
import * as z from "zod/mini";

/** Direction, id, page, matches before, how many a walk has found in all, whether these are all, and the list's digest. */
const Parts = z.tuple([
  z.enum(["next", "prev"]),
  Id,
  Positive,
  Natural,
  z.nullable(Natural),
  z.boolean(),
  z.string(),
]);

/** What makes a list another one: its filters, range and order, by their names. */
export type ListIdentity = Readonly<Record<string, unknown>>;

/** The same for the same list, whatever order its parameters come in, and the values of one. */
function digestOf(list: ListIdentity): string {
  const sorted = Object.entries(list)
    .map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest("base64url")
    .slice(0, 12);
}

const signatureOf = (payload: string, secret: string) =>
  createHmac("sha256", secret).update(payload).digest().subarray(0, 16).toString("base64url");

/** @param secret whoever knows it can make cursors */
export function encodeCursor(cursor: Cursor, list: ListIdentity, secret: string): string {
  const { direction, id, page, matched, walked } = cursor;
  const found = [walked?.total ?? null, walked?.isExact === true] as const;
  const parts: z.infer<typeof Parts> = [direction, id, page, matched, ...found, digestOf(list)];
  const payload = Buffer.from(JSON.stringify(parts)).toString("base64url");
  return `${payload}.${signatureOf(payload, secret)}`;
}

/** The texts are compared, not what they decode to: of one signature there is one text. */
function isSigned(payload: string, signature: string, secret: string): boolean {
  const given = Buffer.from(signature);
  const right = Buffer.from(signatureOf(payload, secret));
  return given.length === right.length && timingSafeEqual(given, right);
}

/** @throws ServiceError 400 for a cursor that is none of ours, or one of another list */
export function decodeCursor(text: string, list: ListIdentity, secret: string): Cursor {
  const [payload = "", signature = "", ...rest] = text.split(".");
  if (rest.length > 0 || !isSigned(payload, signature, secret)) {
    throw new ServiceError(400, "cursor is not one that this API gave out");
  }
  const parts = Parts.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  // Signed, and of another form: it was given out before the stage was last deployed.
  if (!parts.success) throw new ServiceError(400, "cursor is of an older version of this API");
  const [direction, id, page, matched, total, isExact, digest] = parts.data;
  if (digest !== digestOf(list)) {
    throw new ServiceError(400, "cursor belongs to other filters than these");
  }
  return {
    direction,
    id,
    page,
    matched,
    ...(total === null ? {} : { walked: { total, isExact } }),
  };
}
