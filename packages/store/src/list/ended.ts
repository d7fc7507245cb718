/** Where the executions of a list are that have ended: what its rows are looked for by. */
import { type IdRange, isUnbounded } from "@attune/domain/ids";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { readActions } from "../counters/directory.ts";
import { countRange } from "../counters/ranges.ts";
import { readTotals } from "../counters/read-totals.ts";
import { isGroup, type Tally } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import { readBeside } from "./beside.ts";
import { knowsTotal } from "./count.ts";
import type { Plan } from "./plan.ts";
import { burst, type Ended } from "./rows.ts";
import { hasWholeRows } from "./sources.ts";
import { sum } from "./sum.ts";

/**
 * Looks up what rows are looked for by, in one request, or two where the list is of a pack; none where nothing tells.
 *
 * @param at an id near those of the page, where one is known
 */
export async function findEnded(
  store: Store,
  plan: Plan,
  range: IdRange,
  at: number | undefined,
): Promise<Ended> {
  const { path, tallies = [], readItems } = plan;
  const readsMembers = path.some(
    ({ source }) => !hasWholeRows(source) && source.tallies.some(({ counter }) => isGroup(counter)),
  );
  if (readsMembers) return at === undefined ? burst : readBeside(store, readItems, at);
  const told = path.flatMap(({ source, onItem }) =>
    source.ended && onItem.length === 0 ? [source.ended] : [],
  );
  if (told.length === 0 || !knowsTotal(plan, range)) return burst;
  const countOf = async (some: readonly Tally[]) =>
    isUnbounded(range)
      ? sum(some.map(await readTotals(store, some, { read: readItems })))
      : (await countRange(store, some, range, readItems)).whole;
  const [rows, entries, ...found] = await Promise.all([
    countOf(tallies),
    countOf(told.map(({ counter }) => ({ counter, field: "created" }))),
    ...told.map(async ({ counter, pack, sourcesOf }) => {
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
    entriesIn: (_, some) => (some * entries) / rows,
    statuses: found.flat().map(({ sources, count }) => ({ sources, share: count / entries })),
  };
}
