/** What searching in results costs, and what it takes to keep them searchable, beside reading the items. */
import { ensureResources } from "@attune/local/resources";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readBatch } from "@attune/store/batch";
import { ExecutionRecord } from "@attune/store/record";
import { compactSegments } from "@attune/store/search/compact-segments";
import { type Final, saveSegments } from "@attune/store/search/save-segments";
import { searchResults } from "@attune/store/search/search-results";
import { startDynamoDbProxy } from "../test/fixtures/dynamodb-proxy.ts";
import { startEngines } from "../test/fixtures/engines.ts";
import { type Random, randomFrom } from "../test/fixtures/random.ts";
import { storeAt } from "../test/fixtures/store.ts";
import { idAt, START_MS, storeExecutions } from "../test/store/search/world.ts";
import { type Cost, costOf } from "./cost.ts";
import { resultOf } from "./results.ts";

/** A run takes so many seconds on the average. */
const RUN_SECONDS = 10;

/** Items are read by their keys: what some cost, as many others cost as well. */
const SAMPLE = 500;

interface Ended {
  readonly final: Final & { readonly result: { readonly text: string } };
  /** Seconds after the first execution. */
  readonly end: number;
}

/** Executions created at an even rate, by their ends: most are short, some are many times as long. */
function executionsAt(perSecond: number, count: number, random: Random): Ended[] {
  return Array.from({ length: count }, (_, at) => {
    const start = at / perSecond;
    const final: Ended["final"] = {
      id: idAt(start, at % 4_096),
      status: random.pick(["completed", "completed", "completed", "failed"]),
      action_ref: `pack_${at % 10}.action_${at % 50}`,
      enforcement: idAt(random.below(count)),
      parent: random.below(3) === 0 ? undefined : idAt(start - random.below(100)),
      executor: random.below(100),
      result: { text: resultOf(random) },
    };
    return { final, end: start - RUN_SECONDS * Math.log(1 - random.next()) };
  }).sort((one, other) => one.end - other.end);
}

export interface SearchCosts {
  readonly executions: number;
  /** Read units of reading every item, by what some of them take. */
  readonly items: number;
  /** By the rate at which executions came, a second. */
  readonly rates: ReadonlyMap<number, RateCosts>;
}

export interface RateCosts {
  /** Write units an execution: what the stream writes, and what the compaction writes and deletes. */
  readonly saved: number;
  readonly compacted: number;
  /** A search from end to end for what is nowhere. */
  readonly search: Cost;
}

/**
 * Keeps executions searchable as the stream brings them, in a batch for each second, with a compaction every
 * minute, and searches them from end to end.
 */
async function measureRate(perSecond: number, count: number, readsItems: boolean) {
  const engines = await startEngines();
  const proxy = await startDynamoDbProxy({ target: engines.dynamodb });
  try {
    await ensureResources(engines);
    const counted = storeAt(proxy.url, engines.sqs);
    const callsOf = async (work: () => Promise<unknown>) => {
      proxy.reset();
      await work();
      return costOf(proxy.log());
    };
    const search = async () => {
      const filter = { result_contains: "nowhere to be found" };
      let looked = 0;
      for await (const chunk of searchResults(counted, { filter, range: {}, order: "newest" }))
        looked += chunk.looked;
      if (looked !== count) throw new Error(`${looked} of ${count} executions were looked at`);
    };

    const ended = executionsAt(perSecond, count, randomFrom(1));
    let saved = 0;
    let compacted = 0;
    const minutes = Map.groupBy(ended, ({ end }) => Math.floor(end / 60));
    for (const [minute, some] of minutes) {
      const batches = Map.groupBy(some, ({ end }) => Math.floor(end)).values();
      const save = async () => {
        for (const batch of batches)
          await saveSegments(
            counted,
            batch.map(({ final }) => final),
          );
      };
      saved += (await callsOf(save)).writeUnits;
      const now = () => new Date(START_MS + (minute + 1) * 60_000);
      const compact = () => compactSegments({ ...counted, now }, 0);
      compacted += (await callsOf(compact)).writeUnits;
    }
    const costs: RateCosts = {
      saved: saved / count,
      compacted: compacted / count,
      search: await callsOf(search),
    };
    if (!readsItems) return { costs, items: 0 };

    const sample = ended
      .slice(0, SAMPLE)
      .map(({ final: { result, ...final } }) => ({ ...final, text: result.text }));
    await storeExecutions(storeAt(engines.dynamodb, engines.sqs), sample);
    const ids = sample.map(({ id }) => id);
    const params = accessPatterns.recordsByIds.params(counted.tables, { ids });
    const read = await callsOf(() => readBatch(counted.client, params, ExecutionRecord));
    return { costs, items: (read.readUnits / sample.length) * count };
  } finally {
    await proxy.stop();
    await engines.stop();
  }
}

/** Executions a second: each in a batch of its own, and some, and many, in one. */
const RATES = [1, 20, 200] as const;

export async function measureSearch(count: number, rates: readonly number[] = RATES) {
  const measured = new Map<number, RateCosts>();
  let items = 0;
  for (const perSecond of rates) {
    const rate = await measureRate(perSecond, count, perSecond === rates.at(-1));
    measured.set(perSecond, rate.costs);
    items = rate.items;
  }
  return { executions: count, items, rates: measured } satisfies SearchCosts;
}
