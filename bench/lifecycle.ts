/** What the life of one execution writes: step by step, and its share of the counters. */
import { randomUUID } from "node:crypto";
import { queueEvent } from "@attune/local/triggers/queue";
import { countChanges } from "@attune/store/counters/count-changes";
import type { Change } from "@attune/store/counters/fold";
import { createIdSource } from "@attune/store/ids";
import { randomFrom } from "../test/fixtures/random.ts";
import { requestMessage } from "../test/fixtures/sqs.ts";
import { type Cost, costOf, type Units } from "./cost.ts";
import { actions, worker } from "./executions.ts";
import type { CountedService } from "./service.ts";

/** The writes of a life, in their order. */
const steps = [
  "idempotency key",
  "requested",
  "scheduling",
  "scheduled",
  "running",
  "completed",
] as const;

/** The enforcement of the execution whose steps are measured: nobody else's, so that it can be found. */
const ENFORCEMENT = 424_242;

const request = {
  action_ref: actions[7],
  config: { channel: "#deploys", text: "version 42 is live", retries: 3, notify: ["ops"] },
  parent: 12_345,
  enforcement: ENFORCEMENT,
};

/**
 * Takes one execution through its whole life, by the message and the calls that do it in earnest.
 *
 * @returns step → write units by table and index
 * @throws Error when the writes are not one for each step
 */
export async function measureSteps(service: CountedService): Promise<Map<string, Units>> {
  const { api, executor, callsOf } = service;
  const message = { MessageId: randomUUID(), Body: requestMessage(request) };
  const calls = await callsOf(async () => {
    await executor.invoke(queueEvent([message], "arn:aws:sqs:us-east-1:000000000000:bench"));
    const { data } = await api.list({ enforcement: ENFORCEMENT });
    const [{ id } = { id: 0 }] = data;
    const hold = { worker_id: worker, attempt: 1 };
    await api.post(`/${id}/claim`, hold);
    const result = { sent: true, message: "1763840000.000100", took_ms: 212 };
    await api.post(`/${id}/finish`, { ...hold, status: "completed", result });
  });
  const writes = calls.filter(({ writeUnits }) => writeUnits > 0);
  costOf(calls);
  if (writes.length !== steps.length)
    throw new Error(`${writes.length} writes: ${writes.map(({ operation }) => operation)}`);
  return new Map(steps.map((step, at) => [step, writes[at]?.units ?? {}]));
}

/** Version by version. */
const statuses = ["requested", "scheduling", "scheduled", "running", "completed"] as const;

const EXECUTIONS = 1_000;
const CHANGES_A_BATCH = 100;

/** What an instance of a function puts on a page of the ledger, as long as it makes as many in a minute. */
const IDS_A_PAGE = 64;

/** The lives of some executions, each with an enforcement and a parent of its own. */
function livesOf(since: number): Change[][] {
  return Array.from({ length: Math.ceil(EXECUTIONS / IDS_A_PAGE) }, (_, page) => {
    const nextIdentity = createIdSource(() => since + page);
    return Array.from({ length: IDS_A_PAGE }, (_, at) => {
      const { id, ledger } = nextIdentity();
      const action_ref = actions[at % actions.length] ?? actions[0];
      const own = 1_000_000 + Math.floor(id / 4_096) * 10 + at;
      const membership = { action_ref, enforcement: own, parent: own };
      return statuses.map((status, before) => ({
        ...{ id, ledger, status, membership },
        version: before + 1,
      }));
    });
  })
    .flat()
    .slice(0, EXECUTIONS);
}

/** The changes of all lives, life by life, from one place in a life to before another. */
const changesOf = (lives: readonly Change[][], from: number, to: number) =>
  lives.flatMap((life) => life.slice(from, to));

/** The lives in an order that has nothing to do with that in which they began. */
function mixed(lives: readonly Change[][], seed: number): Change[][] {
  const random = randomFrom(seed);
  const drawn = lives.map((life) => [random.next(), life] as const);
  return drawn.toSorted(([one], [other]) => one - other).map(([, life]) => life);
}

/** How the changes of some executions come down the stream. */
const orders: Readonly<Record<string, (lives: readonly Change[][]) => Change[]>> = {
  "a batch is one change of each of a hundred executions": (lives) =>
    Array.from({ length: lives.length / CHANGES_A_BATCH }, (_, group) =>
      lives.slice(group * CHANGES_A_BATCH, (group + 1) * CHANGES_A_BATCH),
    ).flatMap((hundred) => statuses.flatMap((_, at) => changesOf(hundred, at, at + 1))),
  "the executor's three changes of an execution share a batch": (lives) => [
    ...changesOf(lives, 0, 3),
    ...changesOf(lives, 3, 4),
    ...changesOf(lives, 4, 5),
  ],
  "the same, and workers take a thousand executions in any order": (lives) => [
    ...changesOf(lives, 0, 3),
    ...changesOf(mixed(lives, 1), 3, 4),
    ...changesOf(mixed(lives, 2), 4, 5),
  ],
};

export interface Counting {
  /** For one execution. */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Write units, batch by batch. */
  readonly batches: readonly number[];
}

async function measureCounting(
  { callsOf, countedStore }: CountedService,
  changes: readonly Change[],
): Promise<Counting> {
  const costs: Cost[] = [];
  for (let at = 0; at < changes.length; at += CHANGES_A_BATCH) {
    const batch = changes.slice(at, at + CHANGES_A_BATCH);
    costs.push(costOf(await callsOf(() => countChanges(countedStore, batch))));
  }
  const share = (of: "readUnits" | "writeUnits") =>
    costs.reduce((sum, cost) => sum + cost[of], 0) / EXECUTIONS;
  return {
    writeUnits: share("writeUnits"),
    readUnits: share("readUnits"),
    batches: costs.map(({ writeUnits }) => writeUnits),
  };
}

/** Order → what counting a thousand lives costs, in batches of a hundred changes. */
export async function measureCountings(service: CountedService): Promise<Map<string, Counting>> {
  const countings = new Map<string, Counting>();
  for (const [order, arrange] of Object.entries(orders)) {
    // Past any id that the clock gives, and apart from each other.
    const since = Date.now() + (countings.size + 1) * 3_600_000;
    countings.set(order, await measureCounting(service, arrange(livesOf(since))));
  }
  return countings;
}
