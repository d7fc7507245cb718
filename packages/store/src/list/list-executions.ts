/** Lists: a page of the executions that match a filter, newest first, and how many there are in all. */
import type { Filter } from "@attune/domain/filter";
import { readCounters } from "../counters/read-counters.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { cheapestOf, type Path, pathsOf } from "./paths.ts";
import { totalOf } from "./totals.ts";
import { type Match, readRows, walk } from "./walk.ts";

/** Where a walk that stopped early goes on. */
export interface Position {
  /** Below this id. */
  readonly before: number;
  /** Matches above it. */
  readonly matched: number;
  /** The page that begins there. */
  readonly page: number;
}

export interface ListRequest {
  readonly filter: Filter;
  /** From 1; from a position, what the position says. */
  readonly page: number;
  readonly perPage: number;
  readonly from?: Position;
}

export interface Listed {
  readonly rows: readonly Row[];
  /** Exact where `complete`, and else at least this many. */
  readonly total: number;
  readonly complete: boolean;
  /** Where to go on, when not `complete`. */
  readonly next?: Position;
}

/**
 * What a search in results may look at: executions, and bytes of results. It stops after the chunk that
 * reaches either.
 */
const SEARCH_BUDGET = { looked: 2_000, bytes: 32_000_000 };

/** Entries a chunk: of items, and of results, fewer are read than of bare entries. */
function chunkSizeOf(path: Path, until: number, knowsTotal: boolean): (chunk: number) => number {
  if (path.onItem.includes("result_contains")) return () => 100;
  if (path.onItem.length > 0) return (chunk) => Math.min(100 * 2 ** chunk, 1_600);
  // Without a counter the walk goes to the end anyway: in as few round trips as it can.
  if (path.onEntry.length > 0 && !knowsTotal) return () => 10_000;
  if (path.onEntry.length > 0) return (chunk) => Math.min(200 * 2 ** chunk, 10_000);
  // One entry past the page tells whether the page is the last.
  return () => Math.min(until + 1, 10_000);
}

/** A page that begins this far past what the counters say is empty: they are never that late. */
const COUNTERS_LAG = 1_000;

const nothing: Listed = { rows: [], total: 0, complete: true };

/**
 * One page of a list. A filter that one index answers costs two round trips one after the other: the
 * index beside the counters, then the rows; one that mixes filters reads the counters first, to choose.
 * Where no counter knows the total, the walk goes on to the end to count; a search in results stops
 * at its budget, and says so.
 */
export async function listExecutions(store: Store, request: ListRequest): Promise<Listed> {
  const [firstPath, ...otherPaths] = pathsOf(request.filter);
  if (firstPath === undefined) return nothing;
  const total = totalOf(request.filter);
  const counterNames = new Set([
    ...(total ? [total.counter] : []),
    ...(otherPaths.length > 0 ? [firstPath, ...otherPaths].map(({ counter }) => counter) : []),
  ]);
  const counters = readCounters(store, [...counterNames]);
  // Awaited further down, where a failure is heard; one before that must not go unheard.
  counters.catch(() => undefined);
  const path =
    otherPaths.length > 0 ? cheapestOf([firstPath, ...otherPaths], await counters) : firstPath;

  const first = request.from ? request.from.matched : (request.page - 1) * request.perPage;
  if (total && first > COUNTERS_LAG) {
    const known = total.of((await counters)(total.counter));
    if (first > known + COUNTERS_LAG) return { rows: [], total: known, complete: true };
  }
  return collect(store, request, path, first, async (matched) =>
    total ? Math.max(total.of((await counters)(total.counter)), matched) : undefined,
  );
}

/** Walks until the page is full and the total known, or to the end, or to the end of the budget. */
async function collect(
  store: Store,
  { filter, page, perPage, from }: ListRequest,
  path: Path,
  first: number,
  countersTotal: (matched: number) => Promise<number | undefined>,
): Promise<Listed> {
  const isSearch = filter.result_contains !== undefined;
  const end = first + perPage;
  const onPage: Match[] = [];
  let matched = from?.matched ?? 0;
  let looked = 0;
  let bytes = 0;
  const answer = async (rest: Omit<Listed, "rows">): Promise<Listed> => ({
    rows: await rowsOf(store, onPage),
    ...rest,
  });

  const chunkSize = chunkSizeOf(path, end - matched, totalOf(filter) !== undefined);
  for await (const chunk of walk(store, filter, path, from?.before, chunkSize)) {
    onPage.push(...chunk.matches.slice(Math.max(0, first - matched), Math.max(0, end - matched)));
    matched += chunk.matches.length;
    if (chunk.isLast) break;

    if (onPage.length === perPage) {
      const total = await countersTotal(matched);
      if (total !== undefined) return answer({ total, complete: true });
    }
    looked += chunk.looked;
    bytes += chunk.bytes;
    if (isSearch && (looked >= SEARCH_BUDGET.looked || bytes >= SEARCH_BUDGET.bytes)) {
      const lastOnPage = onPage.length === perPage ? onPage.at(-1) : undefined;
      const next = lastOnPage
        ? { before: lastOnPage.id, matched: end, page: page + 1 }
        : { before: chunk.last ?? 0, matched, page: page + 1 };
      return answer({ total: matched, complete: false, next });
    }
  }
  return answer({ total: matched, complete: true });
}

async function rowsOf(store: Store, matches: readonly Match[]): Promise<Row[]> {
  const rows = matches.flatMap(({ row }) => row ?? []);
  if (rows.length === matches.length) return rows;
  return readRows(
    store,
    matches.map(({ id }) => id),
  );
}
