/** What the consumer `counters` writes of the lives of many executions, by what it writes to. */
import { idOf } from "@attune/domain/ids";
import { countChanges } from "@attune/store/counters/count-changes";
import type { Change } from "@attune/store/counters/fold";
import type { Change as Kept } from "@attune/store/history/entry";
import { saveHistory } from "@attune/store/history/save-history";
import type { Store } from "@attune/store/store";
import * as z from "zod";
import { randomFrom } from "../test/fixtures/random.ts";

const PACKS = 10;
const ACTIONS = 50;
const CHANGES_A_BATCH = 1_000;
const EXECUTIONS_A_SECOND = 200;

/** Instances that make executions, and the ids that each puts on a page of the ledger. */
const INSTANCES = 5;
const IDS_A_PAGE = 90;

/** When the changes of an execution are made, in seconds after it was requested. */
type Pace = (random: ReturnType<typeof randomFrom>) => { started: number; ended: number };

export interface Workload {
  readonly pace: Pace;
  /** Whether each has an enforcement and a parent of its own: numbers that somebody counts up, and executions. */
  readonly hasGroups: boolean;
}

const between = (random: ReturnType<typeof randomFrom>, from: number, to: number) =>
  from + (random.below(1_000_000) / 1_000_000) * (to - from);

const brief: Pace = (random) => ({ started: 0.5, ended: between(random, 1, 2) });
const long: Pace = (random) => ({ started: 0.5, ended: between(random, 1, 61) });

export const workloads = {
  "runs of a second": { pace: brief, hasGroups: false },
  "runs of a second, an enforcement and a parent each": { pace: brief, hasGroups: true },
  "runs of up to a minute": { pace: long, hasGroups: false },
  "runs of up to a minute, an enforcement and a parent each": { pace: long, hasGroups: true },
} as const satisfies Record<string, Workload>;

interface TimedChange {
  readonly at: number;
  readonly change: Change;
}

const idOfNth = (nth: number, since: number) =>
  idOf(since + Math.floor((nth * 1_000) / EXECUTIONS_A_SECOND), nth % 4_096);

/** The page of the n-th execution, whose name is that of its first one and of the instance. */
function ledgerOf(nth: number, since: number): string {
  const first = Math.floor(nth / INSTANCES / IDS_A_PAGE) * INSTANCES * IDS_A_PAGE;
  return `${idOfNth(first + (nth % INSTANCES), since).toString(36)}.make${nth % INSTANCES}`;
}

/** The changes of an execution that is requested at a time, in seconds from the beginning. */
function changesOf(at: number, nth: number, since: number, { pace, hasGroups }: Workload) {
  const random = randomFrom(nth);
  const id = idOfNth(nth, since);
  const parent = idOf(since + Math.floor(at * 1_000) - 5_000, nth % 4_096);
  const action = random.below(ACTIONS);
  const { started, ended } = pace(random);
  const about = {
    ...{ id, ledger: ledgerOf(nth, since) },
    membership: {
      action_ref: `pack_${action % PACKS}.action_${action}`,
      ...(hasGroups ? { enforcement: 1_000_000 + nth, parent } : {}),
    },
  };
  const duration = Math.floor((ended - started) * 1_000);
  return [
    { at, change: { ...about, version: 1, status: "requested" } },
    { at: at + 0.05, change: { ...about, version: 2, status: "scheduling" } },
    { at: at + 0.1, change: { ...about, version: 3, status: "scheduled" } },
    { at: at + started, change: { ...about, version: 4, status: "running" } },
    {
      at: at + ended,
      change: { ...about, version: 5, duration, status: nth % 20 === 0 ? "failed" : "completed" },
    },
  ] as const satisfies readonly TimedChange[];
}

/**
 * All changes as the stream brings them, in batches that are full.
 *
 * @param seconds in which executions are requested
 * @param since when that begins, in milliseconds since 1970
 */
export function batchesOf(workload: Workload, seconds: number, since: number): TimedChange[][] {
  const executions = seconds * EXECUTIONS_A_SECOND;
  const changes: TimedChange[] = Array.from({ length: executions }, (_, nth) =>
    changesOf(nth / EXECUTIONS_A_SECOND, nth, since, workload),
  ).flat();
  const inOrder = changes.toSorted((one, other) => one.at - other.at);
  return Array.from({ length: Math.ceil(inOrder.length / CHANGES_A_BATCH) }, (_, batch) =>
    inOrder.slice(batch * CHANGES_A_BATCH, (batch + 1) * CHANGES_A_BATCH),
  );
}

/** The same change, as the history keeps it. */
function keptOf({ at, change }: TimedChange, since: number): Kept {
  const { id, version, status } = change;
  if (status === null) throw new Error("Nothing is deleted here");
  const owner = version < 3 ? "executor" : "worker";
  const attempt = version < 3 ? 0 : 1;
  const entry = { status, owner, attempt, at: new Date(since + at * 1_000).toISOString() } as const;
  return { id, version, entry: version < 4 ? entry : { ...entry, worker: 7 } };
}

export const kinds = ["heads", "groups", "ledger", "spills"] as const;
export type Kind = (typeof kinds)[number];
type Metered = Kind | "reads" | "history";

/** Write units of an execution by kind, the sum of what counting takes, and read units. */
export type Counting = Readonly<Record<Metered | "sum", number>>;

const Update = z.object({ Key: z.object({ key: z.string() }), UpdateExpression: z.string() });
const Transaction = z.object({
  TransactItems: z.array(z.object({ Update: Update.optional() })),
});

/** What a transaction writes, in units by kind. Pages and heads are below a kilobyte: two units each. */
function unitsByKind(input: unknown, units: number): Partial<Record<Kind, number>> {
  const parts = Transaction.parse(input).TransactItems.map(({ Update }) => Update);
  if (parts.some((update) => update?.UpdateExpression.includes("REMOVE"))) return { spills: units };
  const ledger = 2 * parts.filter((update) => update === undefined).length;
  const groups = parts.filter((update) =>
    /^([dq]\w+:)?(enforcement|parent)(-ends)?:/.test(update?.Key.key ?? ""),
  );
  const heads = 2 * (parts.length - groups.length) - ledger;
  if (groups.length === 0 && heads + ledger !== units)
    throw new Error(`${parts.length} items of a kilobyte took ${units} units`);
  return { ledger, heads, groups: units - ledger - heads };
}

const Units = z.object({ CapacityUnits: z.number() });
const Consumed = z.object({ ConsumedCapacity: z.array(Units) });
const ConsumedByOne = z.object({ ConsumedCapacity: Units });

/** A store that adds up what it reads and writes. */
function metered(store: Store) {
  const sums = new Map<Metered, number>();
  const add = (name: Metered, units: number) => sums.set(name, (sums.get(name) ?? 0) + units);
  const send = store.client.send.bind(store.client);
  const value = async (command: Parameters<typeof send>[0]) => {
    Object.assign(command.input, { ReturnConsumedCapacity: "TOTAL" });
    const answer = await send(command);
    if ("TableName" in command.input && command.input.TableName === store.tables.History)
      add("history", ConsumedByOne.parse(answer).ConsumedCapacity.CapacityUnits);
    if (!("TransactItems" in command.input || "RequestItems" in command.input)) return answer;
    const { ConsumedCapacity } = Consumed.parse(answer);
    const units = ConsumedCapacity.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    if ("RequestItems" in command.input) add("reads", units);
    else for (const kind of kinds) add(kind, unitsByKind(command.input, units)[kind] ?? 0);
    return answer;
  };
  const client: Store["client"] = Object.create(store.client, { send: { value } });
  return { store: { ...store, client }, sums };
}

/** What counting a workload and keeping its history costs an execution, at 200 executions a second for some seconds. */
export async function measureCounting(
  store: Store,
  workload: Workload,
  seconds: number,
  since: number,
): Promise<Counting> {
  const meter = metered(store);
  for (const batch of batchesOf(workload, seconds, since)) {
    const now = new Date(since + (batch.at(-1)?.at ?? 0) * 1_000);
    await countChanges(
      { ...meter.store, now: () => now },
      batch.map(({ change }) => change),
    );
    await saveHistory(
      meter.store,
      batch.map((one) => keptOf(one, since)),
    );
  }
  const executions = seconds * EXECUTIONS_A_SECOND;
  const of = (kind: Metered) => (meter.sums.get(kind) ?? 0) / executions;
  const [heads, groups, ledger, spills] = [of("heads"), of("groups"), of("ledger"), of("spills")];
  const sum = heads + groups + ledger + spills;
  return { heads, groups, ledger, spills, sum, history: of("history"), reads: of("reads") };
}

/** Workload → what counting it costs an execution. */
export async function measureCountings(
  store: Store,
  seconds: number,
): Promise<Map<string, Counting>> {
  const countings = new Map<string, Counting>();
  for (const [name, workload] of Object.entries<Workload>(workloads)) {
    // Past any id that the clock gives, and apart from each other.
    const since = Date.now() + (countings.size + 1) * 24 * 3_600_000;
    countings.set(name, await measureCounting(store, workload, seconds, since));
  }
  return countings;
}
