/** Executions of days that are over, and what the pages of their lists cost. */
import { type IdRange, idOf } from "@attune/domain/ids";
import type { Status } from "@attune/domain/lifecycle";
import { ensureResources } from "@attune/local/resources";
import { countChanges } from "@attune/store/counters/count-changes";
import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import { listExecutions } from "@attune/store/list/list-executions";
import type { ListRequest } from "@attune/store/list/request";
import { readRows } from "@attune/store/list/rows";
import { readRecord } from "@attune/store/read-execution";
import { expect } from "vitest";
import { costOf } from "../../../bench/cost.ts";
import { bringTo } from "../../../bench/executions.ts";
import { startDynamoDbProxy } from "../../fixtures/dynamodb-proxy.ts";
import { startEngines } from "../../fixtures/engines.ts";
import { storeAt } from "../../fixtures/store.ts";

export const HOUR_MS = 3_600_000;
export const PER_PAGE = 20;
/** More than one read of the index has, so that the counters are asked for the total. */
export const EXECUTIONS = 60;

/** So long that what is asked together overlaps on a busy machine as well, in milliseconds. */
const DELAY = 40;

export type End = Parameters<typeof bringTo>[2] & Status;

/** The statuses of a page: so many of each, those that are left over completed. */
export const mix =
  (failed: number, running: number) =>
  (at: number): End =>
    at % PER_PAGE < failed ? "failed" : at % PER_PAGE < failed + running ? "running" : "completed";

/** The hour in which the tests began: they may well end in the next one. */
const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

/** An hour of some days ago that begins on the hour. */
export const hourOf = (daysAgo: number) => thisHour - daysAgo * 24 * HOUR_MS;
export const rangeOf = (daysAgo: number): IdRange => ({
  from: idOf(hourOf(daysAgo), 0),
  below: idOf(hourOf(daysAgo) + HOUR_MS, 0),
});

interface Filling {
  readonly count?: number;
  readonly everyMs?: number;
  readonly action_ref?: string;
  readonly parent?: number;
}

export async function startPast(shards: number) {
  const engines = await startEngines();
  await ensureResources(engines);
  const proxy = await startDynamoDbProxy({ target: engines.dynamodb, delay: DELAY });
  /** Beside the proxy. */
  const behind = { ...storeAt(engines.dynamodb), shards };
  const store = { ...storeAt(proxy.url), shards };

  /** Executions, one every `everyMs` of an hour, the newest first; those of `statusAt` are counted from the newest. */
  async function fill(
    daysAgo: number,
    statusAt: (at: number) => End,
    { count = EXECUTIONS, everyMs = 30_000, action_ref = "core.echo", parent }: Filling = {},
  ): Promise<number[]> {
    const made = await Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const nextIdentity = createIdSource(() => hourOf(daysAgo) + (count - at) * everyMs);
        const { record } = await createExecution(behind, nextIdentity, {
          request: { action_ref, ...(parent === undefined ? {} : { parent }) },
          config: null,
          idempotencyKey: `${action_ref} ${daysAgo} ${at}`,
          keyIsShared: false,
        });
        await bringTo(behind, record.id, statusAt(at));
        return (await readRecord(behind, record.id)) ?? record;
      }),
    );
    const changes = made.map(({ id, version, status, ledger, ...membership }) => ({
      ...{ id, version, status, ledger },
      membership,
    }));
    for (let at = 0; at < changes.length; at += 100)
      await countChanges(behind, changes.slice(at, at + 100));
    return made.map(({ id }) => id);
  }

  const request = (daysAgo: number, about: Partial<ListRequest> = {}): ListRequest => ({
    ...{ filter: {}, range: rangeOf(daysAgo), order: "newest", perPage: PER_PAGE },
    ...about,
  });

  /** What some work costs of `Executions`, by index, and in all. */
  async function costOfWork<T>(work: () => Promise<T>) {
    proxy.reset();
    const answer = await work();
    const calls = proxy.log();
    const units: Record<string, number> = {};
    for (const { tables, index = "items", readUnits } of calls)
      if (tables.includes("Executions")) units[index] = (units[index] ?? 0) + readUnits;
    return { answer, units, ...costOf(calls) };
  }

  async function costOfPage(
    request: ListRequest,
    at: Parameters<typeof listExecutions>[2] = 1,
    through = store,
  ) {
    const { answer, ...cost } = await costOfWork(() => listExecutions(through, request, at));
    return { page: answer, ...cost };
  }

  /** That a page has the rows of its executions, as they are. */
  async function expectRows(page: Awaited<ReturnType<typeof listExecutions>>, ids: number[]) {
    expect(page.rows).toEqual((await readRows(behind, ids)).rows);
    expect(page.rows).toHaveLength(ids.length);
  }

  async function stop() {
    for (const { client } of [behind, store]) client.destroy();
    await proxy.stop();
    await engines.stop();
  }

  return { behind, store, fill, request, costOfWork, costOfPage, expectRows, stop };
}
