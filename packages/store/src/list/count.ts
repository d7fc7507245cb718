/** How many executions a list has, by the counters and as little reading as its range needs. */
import { type Bounds, type IdRange, isUnbounded, timeOf } from "@attune/domain/ids";
import { bucketAt, idsOf } from "../counters/buckets.ts";
import { countRange, type Edge, edgesOf, estimateMembers, SPARSE } from "../counters/ranges.ts";
import { readTotals } from "../counters/read-totals.ts";
import { isGroup, treeOf } from "../counters/tally.ts";
import type { Store } from "../store.ts";
import type { Plan, Timed } from "./plan.ts";
import { COUNTED_MS } from "./settled.ts";
import { sum } from "./sum.ts";
import { countByReading } from "./take.ts";

/** Whether the counters know how many match: whole, or in a range where they count by time bucket. */
export const knowsTotal = ({ tallies, timed }: Plan, range: IdRange): boolean =>
  tallies !== undefined && (isUnbounded(range) || timed !== undefined);

/** What a bucket has beside a part of it that has one of its ends. */
const besides = ({ from, below }: Bounds, bucket: Bounds): Bounds =>
  from === bucket.from ? { from: below, below: bucket.below } : { from: bucket.from, below: from };

/**
 * Reads how many match in a part of a bucket, or in what else the bucket has, where that is less and the bucket is counted:
 * answers how many are in the part, given what the bucket has. What ends may do so at any time: of a bucket by status one cannot tell.
 */
async function readPart(
  store: Store,
  plan: Plan,
  part: Bounds,
  bucket: Bounds,
): Promise<(count: number) => number> {
  const rest = besides(part, bucket);
  const hasEnd = part.from === bucket.from || part.below === bucket.below;
  const isCounted =
    timeOf(bucket.below) + COUNTED_MS < store.now().getTime() &&
    plan.timed?.tallies.every(({ field }) => field === "created" || field === "top_level");
  if (hasEnd && isCounted && rest.below - rest.from < part.below - part.from) {
    const others = await countByReading(store, plan, rest);
    return (count) => Math.max(0, count - others);
  }
  const found = await countByReading(store, plan, part);
  return () => found;
}

/** How many match in some ids, where it is known without reading. */
type KnownOf = (ids: Bounds) => Promise<number | undefined>;

/**
 * How many match in an edge. What a quarter of an hour has is read where that is little, and else counted by looking into it: what the
 * edge cuts of a bucket in it is read beside, in the same round trip.
 */
async function countEdge(
  store: Store,
  plan: Plan,
  timed: Timed,
  edge: Edge,
  knownOf: KnownOf,
): Promise<number> {
  const known = await knownOf(edge);
  if (known !== undefined) return known;
  const read = async () => (await readPart(store, plan, edge, idsOf(edge.bucket)))(edge.count);
  if (edge.bucket.level !== "quarter") return read();
  const { leaf } = treeOf(timed.tallies);
  const cut = await Promise.all(
    edgesOf(treeOf(timed.tallies), edge).map(async (part) => ({
      part,
      known: await knownOf(part),
    })),
  );
  // Where nothing else is to be read, the quarter costs no more than some of its entries.
  if (edge.count < SPARSE && cut.some((one) => one.known === undefined)) return read();
  const [{ whole, edges }, ...inCut] = await Promise.all([
    countRange(store, timed.tallies, edge, plan.readItems, timed.others),
    ...cut.map(async ({ part, known: n }) => {
      const bucket = bucketAt(leaf, part.from);
      const inPart = n === undefined ? await readPart(store, plan, part, idsOf(bucket)) : () => n;
      return { bucket, inPart };
    }),
  ]);
  const countOf = (at: number) => edges.find(({ bucket }) => bucket.at === at)?.count ?? 0;
  return whole + sum(inCut.map(({ bucket, inPart }) => inPart(countOf(bucket.at))));
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
  knownOf: KnownOf = async () => undefined,
): Promise<number> {
  if (isUnbounded(range)) {
    const { tallies = [] } = plan;
    return sum(tallies.map(await readTotals(store, tallies, { read: plan.readItems })));
  }
  const { timed = { tallies: [], others: [] } } = plan;
  const { tallies, others } = timed;
  if (tallies.every(({ counter }) => isGroup(counter))) {
    const about = await estimateMembers(tallies, range, plan.readItems);
    if (about !== undefined && about <= ENTRIES_TO_COUNT) return countByReading(store, plan, range);
  }
  const { whole, edges } = await countRange(store, tallies, range, plan.readItems, others);
  const inEdges = edges.map((edge) => countEdge(store, plan, timed, edge, knownOf));
  return whole + sum(await Promise.all(inEdges));
}
