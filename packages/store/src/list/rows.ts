/** The rows of a page: each from its item, or from an index that has whole rows, where that costs less. */
import { type IdRange, isUnbounded, SLOTS } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { readActions } from "../counters/directory.ts";
import { countRange } from "../counters/ranges.ts";
import { readTotals } from "../counters/read-totals.ts";
import type { Tally } from "../counters/tally.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { knowsTotal, type Plan } from "./plan.ts";
import type { Source } from "./sources.ts";
import { type Match, readRows, walk } from "./walk.ts";

/** Where the executions of a list are that have ended, by what the counters say of the list as a whole. */
export interface Ended {
  /** Ids from one execution of a page to the next, at most, for it to hold. */
  readonly longestGap: number;
  /** Entries for each execution of the list: the indexes may have others as well. */
  readonly entriesPerRow: number;
  readonly statuses: readonly {
    readonly sources: readonly Source[];
    /** Of the entries how many are there. */
    readonly share: number;
  }[];
}

/** Rows of an index in half a read unit, near enough to choose by. */
const ROWS_IN_HALF_A_UNIT = 20;
/** Entries are not as dense everywhere as they are on the average. */
const MARGIN = 1.3;

/**
 * A group tells neither how its members ended nor what came beside them. Where they came as fast as this, a workflow's
 * children for one, most have completed, and there is about one other for each.
 */
const burst: Omit<Ended, "statuses"> = { longestGap: 50 * SLOTS, entriesPerRow: 2 };

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** Looks up what {@link rowsOf} chooses by, in one request, or two where the list is of a pack; nothing for a list that has no such index. */
export async function findEnded(
  store: Store,
  plan: Plan,
  range: IdRange,
): Promise<Ended | undefined> {
  const { path, tallies = [], readItems } = plan;
  const listed = path.flatMap(({ source, onItem }) =>
    source.ended && onItem.length === 0 ? [source.ended] : [],
  );
  if (listed.length === 0 || !knowsTotal(plan, range)) return undefined;
  const counted = listed.flatMap(({ counter, ...one }) => (counter ? [{ ...one, counter }] : []));
  if (counted.length === 0)
    return {
      ...burst,
      statuses: listed.map(({ sourcesOf }) => ({ sources: sourcesOf("completed", []), share: 1 })),
    };
  const countOf = async (some: readonly Tally[]) =>
    isUnbounded(range)
      ? sum(some.map(await readTotals(store, some, { read: readItems })))
      : (await countRange(store, some, range, readItems)).whole;
  const [rows, entries, ...found] = await Promise.all([
    countOf(tallies),
    countOf(counted.map(({ counter }) => ({ counter, field: "created" }))),
    ...counted.map(async ({ counter, pack, sourcesOf }) => {
      const actions = pack === undefined ? [] : readActions(store, [pack]);
      return Promise.all(
        Status.options.filter(isFinal).map(async (status) => ({
          count: await countOf([{ counter, field: status }]),
          sources: sourcesOf(status, await actions),
        })),
      );
    }),
  ]);
  return {
    longestGap: Number.POSITIVE_INFINITY,
    entriesPerRow: entries / rows,
    statuses: found.flat().map(({ sources, count }) => ({ sources, share: count / entries })),
  };
}

/**
 * The final statuses to look in for some rows: those that have more of them, as far as one can expect, than it takes
 * half units. An item costs half a unit: on the average nothing costs less, and where none is found after
 * all, it costs less than the items.
 */
function worthwhile(store: Store, { entriesPerRow, statuses }: Ended, rows: number): Source[] {
  return statuses.flatMap(({ sources, share }) => {
    const expected = rows * share;
    const partitions = sum(sources.map((source) => source.partitions(store.shards).length));
    const halfUnits = Math.max(partitions, (expected * entriesPerRow) / ROWS_IN_HALF_A_UNIT);
    return expected > halfUnits ? sources : [];
  });
}

/** The rows of executions that have ended. Nothing final changes again: they are as their items are. */
async function readEnded(
  store: Store,
  ended: Ended,
  ids: readonly number[],
): Promise<readonly Match[]> {
  const sources = worthwhile(store, ended, ids.length);
  const range = { from: Math.min(...ids), below: Math.max(...ids) + 1 };
  if (sources.length === 0 || range.below - range.from > ids.length * ended.longestGap) return [];
  // One more than there can be: a Query that ends at its limit says that there may be more.
  const entries = ids.length * (ended.entriesPerRow > 1 ? ended.entriesPerRow * MARGIN : 1);
  // What the first read does not have is read as items: it is late, or there is no round trip left for another.
  const { value } = await walk(
    store,
    {},
    {
      path: sources.map((source) => ({ source, onEntry: [], onItem: [] })),
      range,
      order: "newest",
      limitOf: () => Math.ceil(entries) + 1,
    },
  ).next();
  return value?.matches ?? [];
}

/**
 * The rows of the matches of a page, in their order; one that is gone is left out. What has ended comes from the final
 * statuses, where one is to look there, and everything else from its item: the execution has not ended, or
 * the index does not have it yet.
 */
export async function rowsOf(
  store: Store,
  matches: readonly Match[],
  ended?: Promise<Ended | undefined>,
): Promise<Row[]> {
  const ids = matches.flatMap(({ id, row }) => (row ? [] : [id]));
  const where = ids.length > 0 ? await ended : undefined;
  const more = where ? await readEnded(store, where, ids) : [];
  const found = new Map(
    [...matches, ...more].flatMap(({ id, row }) => (row ? [[id, row] as const] : [])),
  );
  const missing = ids.filter((id) => !found.has(id));
  for (const row of await readRows(store, missing)) found.set(row.id, row);
  return matches.flatMap(({ id }) => found.get(id) ?? []);
}
