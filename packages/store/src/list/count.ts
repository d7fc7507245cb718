/** How many executions a list has, by the counters and as little reading as its range needs. */
import { type Bounds, type IdRange, isUnbounded, timeOf } from "@attune/domain/ids";
import { countRange, type Edge, estimateMembers } from "../counters/ranges.ts";
import { readTotals } from "../counters/read-totals.ts";
import { isGroup } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Plan } from "./plan.ts";
import { COUNTED_MS } from "./settled.ts";
import { sum } from "./sum.ts";
import { countByReading } from "./take.ts";

/** Whether the counters know how many match: whole, or in a range where they count by time bucket. */
export const knowsTotal = ({ tallies, timed }: Plan, range: IdRange): boolean =>
  tallies !== undefined && (isUnbounded(range) || timed !== undefined);

/** What a bucket has beside an edge of it, where that is one part. */
function besides({ from, below, bucket }: Edge): Bounds | undefined {
  if (from === bucket.from) return { from: below, below: bucket.below };
  return below === bucket.below ? { from: bucket.from, below: from } : undefined;
}

/**
 * How many match in an edge, by reading it; or what else its bucket has, where that is less and the bucket is counted. What
 * ends may do so at any time: of a bucket by status one cannot tell.
 */
async function countEdge(store: Store, plan: Plan, edge: Edge): Promise<number> {
  const rest = besides(edge);
  const isCounted =
    timeOf(edge.bucket.below) + COUNTED_MS < store.now().getTime() &&
    plan.tallies?.every(({ field }) => field === "created" || field === "top_level");
  return rest && isCounted && rest.below - rest.from < edge.below - edge.from
    ? Math.max(0, edge.count - (await countByReading(store, plan, rest)))
    : countByReading(store, plan, edge);
}

/** Entries of a group's range that cost less to count than the days and their quarters of an hour at its ends to look into. */
const ENTRIES_TO_COUNT = 250;

/**
 * How many executions match, by the counters; what lies in a part of a time bucket is counted by reading, unless it is
 * known otherwise. For a plan whose total they know.
 */
export async function totalOf(
  store: Store,
  plan: Plan,
  range: IdRange,
  knownOf: (edge: Bounds) => Promise<number | undefined> = async () => undefined,
): Promise<number> {
  if (isUnbounded(range)) {
    const { tallies = [] } = plan;
    return sum(tallies.map(await readTotals(store, tallies, { read: plan.readItems })));
  }
  const { tallies = [], others = [] } = plan.timed ?? {};
  if (tallies.every(({ counter }) => isGroup(counter))) {
    const about = await estimateMembers(tallies, range, plan.readItems);
    if (about !== undefined && about <= ENTRIES_TO_COUNT) return countByReading(store, plan, range);
  }
  const { whole, edges } = await countRange(store, tallies, range, plan.readItems, others);
  const inEdges = edges.map(async (edge) => (await knownOf(edge)) ?? countEdge(store, plan, edge));
  return whole + sum(await Promise.all(inEdges));
}
