/** The cursor of a search that stopped early: where it goes on, bound to its filters. */
import { createHash } from "node:crypto";
import { ServiceError } from "@attune/domain/errors";
import type { Filter } from "@attune/domain/filter";
import type { Position } from "@attune/store/list/list-executions";
import * as z from "zod";

const Cursor = z.tuple([z.int(), z.int().min(0), z.int().min(1), z.string()]);

/** The filters in one order, since they are the same list in any. */
const digestOf = (filter: Filter) =>
  createHash("sha256")
    .update(JSON.stringify(Object.entries(filter).toSorted()))
    .digest("base64url")
    .slice(0, 12);

export function encodeCursor({ before, matched, page }: Position, filter: Filter): string {
  const cursor: z.infer<typeof Cursor> = [before, matched, page, digestOf(filter)];
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** @throws ServiceError 400 for a cursor that is none, or one of other filters */
export function decodeCursor(text: string, filter: Filter): Position {
  try {
    const parsed = Cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
    const [before, matched, page, digest] = parsed;
    if (digest === digestOf(filter)) return { before, matched, page };
  } catch (cause) {
    throw new ServiceError(400, "cursor is not one that this API gave out", { cause });
  }
  throw new ServiceError(400, "cursor belongs to other filters than these");
}
