/** Where the executions of a list are that have ended: what its rows are looked for by. */
import { type IdRange, isUnbounded } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { bucketAt, groupTree } from "../counters/buckets.ts";
import { readActions } from "../counters/directory.ts";
import { countRange, isShort } from "../counters/ranges.ts";
import { readTotals } from "../counters/read-totals.ts";
import { isGroup, type Tally, topLevel } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { type Near, readBeside, readUnsuccessful } from "./beside.ts";
import { knowsTotal } from "./count.ts";
import type { Plan } from "./plan.ts";
import { burst, type Ended } from "./rows.ts";
import { hasWholeRows } from "./sources.ts";
import { sum } from "./sum.ts";

/**
 * Looks up what rows are looked for by, in one request, or two where the list is of a pack; none where nothing tells.
 *
 * @param near where the page is, as far as one knows
 */
export async function findEnded(
  store: Store,
  plan: Plan,
  range: IdRange,
  near: Near | undefined,
): Promise<Ended> {
  const { filter, path, tallies = [], readItems } = plan;
  const [group] = path.flatMap(({ source }) =>
    hasWholeRows(source) ? [] : source.tallies.map(({ counter }) => counter).filter(isGroup),
  );
  if (group && near) {
    const day = isShort(groupTree, range) ? bucketAt("day", near.id) : undefined;
    const [beside, ...others] = await Promise.all([
      readBeside(store, readItems, near),
      // A list that tells members apart by how they ended has read the rows of these.
      ...(plan.members ? [] : [readUnsuccessful(readItems, group, day)]),
    ]);
    return { ...beside, statuses: [...beside.statuses, ...others] };
  }
  if (group) return burst;
  const told = path.flatMap(({ source, onItem }) =>
    source.ended && onItem.length === 0 ? [source.ended] : [],
  );
  if (told.length === 0 || !knowsTotal(plan, range)) return burst;
  const totalOf = async (some: readonly Tally[]) =>
    sum(some.map(await readTotals(store, some, { read: readItems })));
  const countOf = async (some: readonly Tally[]) =>
    isUnbounded(range) ? totalOf(some) : (await countRange(store, some, range, readItems)).whole;
  const [rows, all, entries, ...found] = await Promise.all([
    countOf(tallies),
    totalOf(tallies),
    // Of a range the items are read that its total takes, and no others: in it they are taken to be as in the whole list.
    totalOf(told.map(({ counter }) => ({ counter, field: "created" }))),
    ...told.map(async ({ counter, pack, sourcesOf }) => {
      const actions = pack === undefined ? [] : readActions(store, [pack]);
      return Promise.all(
        Status.options.filter(isFinal).map(async (status) => ({
          count: await countOf([{ counter, field: filter.top_level ? topLevel(status) : status }]),
          sources: sourcesOf(status, await actions),
        })),
      );
    }),
  ]);
  return {
    entriesIn: (_, some) => (some * entries) / all,
    statuses: found.flat().map(({ sources, count }) => ({ sources, share: count / rows })),
  };
}
