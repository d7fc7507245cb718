/** What a page of a list is, however it was found. */
import { type Filter, meets } from "@attune/domain/filter";
import type { Row } from "../../record.ts";
import type { Store } from "../../store.ts";
import { type Ended, readRows } from "../rows.ts";
import type { Match } from "../walk.ts";

/** What was found for a page, in the order of the list. */
export interface Found {
  readonly page: number;
  readonly matches: readonly Match[];
  /** Those of the matches that are still there. */
  readonly rows: readonly Row[];
  /** Matches before the page. */
  readonly skip: number;
  /** Exact, unless it was walked and the walk stopped early. */
  readonly total: number;
  readonly isExact: boolean;
  readonly hasNext: boolean;
  readonly hasPrev: boolean;
  readonly scanned: number;
  /** The last id that was looked at, where the walk stopped before the page was full. */
  readonly stoppedAt?: number | undefined;
}

/** The rows of the matches of a page, in their order. A row may be newer than what told of it: it decides. */
export async function rowsOf(
  store: Store,
  filter: Filter,
  matches: readonly Match[],
  ended?: Promise<Ended> | Ended,
): Promise<Row[]> {
  const known = new Map(matches.flatMap(({ id, row }) => (row ? [[id, row] as const] : [])));
  const ids = matches.flatMap(({ id }) => (known.has(id) ? [] : [id]));
  const { rows } = await readRows(store, ids, ids.length > 0 ? await ended : undefined);
  for (const row of rows) known.set(row.id, row);
  return matches.flatMap(({ id }) => {
    const row = known.get(id);
    return row && meets(filter, row, ["status"]) ? row : [];
  });
}
