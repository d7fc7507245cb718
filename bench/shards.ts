/**
 * What rate of executions a stage carries before one partition throttles: a simulation that runs the
 * lives of some executions through the service's own keys and its own cutting of transactions.
 */
import type { Status } from "@attune/domain/lifecycle";
import { cutIntoTransactions } from "@attune/store/counters/count-changes";
import {
  type Change,
  type Entry as Counted,
  contributionOf,
  newestOfEach,
} from "@attune/store/counters/fold";
import { headKey } from "@attune/store/counters/keys";
import { wideCountersOf } from "@attune/store/counters/tally";
import { createIdSource } from "@attune/store/ids";
import { indexKeysOf } from "@attune/store/index-keys";
import { type Index, type IndexName, tables } from "@attune/topology/tables";
import { streamTriggers } from "@attune/topology/triggers";
import { type Random, randomFrom } from "../test/fixtures/random.ts";

/** Write units a second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
export const PARTITION_UNITS = 1_000;

const EXECUTIONS = 20_000;
/** One action has so much of the traffic; the others of its pack, and other packs, share the rest. */
export const HOT = 0.6;
const life = ["requested", "scheduling", "scheduled", "running", "completed"] as const;
/** Functions that make executions at the same time. */
const MAKERS = 8;

interface Execution {
  readonly id: number;
  readonly ledger: string;
  readonly action_ref: string;
}

function executionsOf(random: Random): Execution[] {
  let now = Date.UTC(2026, 0, 1);
  const makers = Array.from({ length: MAKERS }, () => createIdSource(() => now, random.next));
  return Array.from({ length: EXECUTIONS }, (_, at) => {
    now += Number(at % 20 === 0);
    const { id, ledger } = makers[at % MAKERS]?.() ?? { id: 0, ledger: "" };
    const place = random.below(49);
    const action_ref =
      random.next() < HOT ? "hot.hot" : `${place < 4 ? "hot" : place % 9}.${place}`;
    return { id, ledger, action_ref };
  });
}

interface Entry {
  readonly partition: string;
  readonly sort: string;
  /** What it carries that a life changes. */
  readonly told: string;
}
type Entries = ReadonlyMap<IndexName, Entry>;

/** Where an execution stands in the indexes whose keys many executions share. */
function entriesOf({ id, action_ref }: Execution, status: Status, shards: number): Entries {
  const keys: Readonly<Record<string, string | number>> = {
    ...{ id, action_ref },
    ...indexKeysOf({ id, action_ref, status }, shards),
  };
  const indexes = Object.entries(tables.Executions.globalIndexes) as [IndexName, Index][];
  return new Map(
    indexes.flatMap(([name, { hashKey, rangeKey = "", projection = [] }]) => {
      const [partition, sort] = [keys[hashKey], keys[rangeKey]];
      if (partition === undefined || sort === undefined) return [];
      const told = projection.includes("status") ? status : "";
      return [[name, { partition: String(partition), sort: String(sort), told }] as const];
    }),
  );
}

/** A partition, and the write units that one execution of the stage costs it. */
export interface Load {
  readonly where: IndexName | "Counters";
  readonly partition: string;
  readonly units: number;
}

/** Index → its busiest partition. An entry that moves is written twice, one that stays once, each below a kilobyte. */
function indexLoads(executions: readonly Execution[], shards: number): Load[] {
  const units = new Map<IndexName, Map<string, number>>();
  const write = (name: IndexName, partition: string) => {
    const ofIndex = units.get(name) ?? new Map<string, number>();
    units.set(name, ofIndex.set(partition, (ofIndex.get(partition) ?? 0) + 1));
  };
  for (const execution of executions) {
    let before: Entries = new Map();
    for (const status of life) {
      const after = entriesOf(execution, status, shards);
      for (const [name, { partition, sort, told }] of after) {
        const old = before.get(name);
        const stays = old?.partition === partition && old.sort === sort;
        if (stays && old.told === told) continue;
        if (old && !stays) write(name, old.partition);
        write(name, partition);
      }
      before = after;
    }
  }
  return [...units].map(([where, ofIndex]) => {
    const [partition, most] = [...ofIndex].reduce((a, b) => (b[1] > a[1] ? b : a));
    return { where, partition, units: most / executions.length };
  });
}

/** A write in a transaction costs twice; heads are kept below a kilobyte. */
const TRANSACTION_UNITS = 2;

/** The head of all, of which there are as many as shards: each writer's is in every transaction of its own. */
function headLoad(executions: readonly Execution[], shards: number): Load {
  const { batchSize } = streamTriggers.ExecutionsToCounters;
  const changes = executions.map(({ id, ledger, action_ref }) =>
    life.map(
      (status, at): Change => ({ id, ledger, status, version: at + 1, membership: { action_ref } }),
    ),
  );
  const stream = [
    ...changes.flatMap((of) => of.slice(0, 3)),
    ...changes.flatMap((of) => of.slice(3)),
  ];
  const ledger = new Map<number, Counted>();
  const heads = new Set(
    wideCountersOf({ action_ref: "hot.hot" }).map((counter) => headKey(counter, 0)),
  );
  let transactions = 0;
  for (let at = 0; at < stream.length; at += batchSize) {
    const contributions = newestOfEach(stream.slice(at, at + batchSize)).flatMap(
      (change) => contributionOf(change, ledger.get(change.id)) ?? [],
    );
    for (const { id, entry } of contributions) ledger.set(id, entry);
    transactions += cutIntoTransactions(contributions).filter((some) =>
      some.some(({ differences }) => [...differences.keys()].some((key) => heads.has(key))),
    ).length;
  }
  const units = (transactions * TRANSACTION_UNITS) / executions.length / shards;
  return { where: "Counters", partition: "all", units };
}

/** The busiest partition of each index, and of the counters; the busiest of all first. */
export function loadsOf(shards: number): Load[] {
  const executions = executionsOf(randomFrom(1));
  return [...indexLoads(executions, shards), headLoad(executions, shards)].toSorted(
    (one, other) => other.units - one.units,
  );
}

/** Executions a second that a partition carries. */
export const rateOf = ({ units }: Load): number => PARTITION_UNITS / units;

/** Executions a second that a stage carries: what its busiest partition does. */
export const stageRate = (loads: readonly Load[]): number => Math.min(...loads.map(rateOf));
