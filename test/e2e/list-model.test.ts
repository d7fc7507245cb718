import { isFinal, Status } from "@attune/domain/lifecycle";
import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import type { Store } from "@attune/store/store";
import { changeStatus } from "@attune/store/transitions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAt, type List } from "../fixtures/api.ts";
import { createExecutions, until } from "../fixtures/executions.ts";
import {
  type Known,
  type ListQuery,
  matchesOf,
  parametersOf,
  randomQuery,
  readKnown,
} from "../fixtures/list-model.ts";
import { randomFrom } from "../fixtures/random.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { storeAt } from "../fixtures/store.ts";

const EXECUTIONS = 600;
const DAYS = 100;
const QUERIES = 200;
const WALKS = 16;
const seed = Number(process.env.SEED ?? 20_261_122);

/** The sweep leaves alone what is months old. */
const never = String(1_000 * 86_400);
const patience = {
  WAKE_SECONDS: never,
  SCHEDULING_SECONDS: never,
  QUEUE_SECONDS: never,
  RUN_SECONDS: never,
  LEASE_SECONDS: never,
};

describe.each([{ shards: 1 }, { shards: 4 }])("the list, in $shards shards", ({ shards }) => {
  let stack: LocalStack;
  let api: Api;
  let store: Store;
  let all: [Known, ...Known[]];

  const countOf = (...statuses: readonly Status[]) =>
    all.filter(({ status }) => statuses.includes(status)).length;

  /** Waits until the counters have counted what is there. */
  async function settle(): Promise<void> {
    const finals = Status.options.filter((status) => isFinal(status));
    await until(
      () => api.stats(),
      (stats) =>
        stats.total === all.length &&
        stats.running === countOf("running") &&
        finals.every((status) => stats[status] === countOf(status)),
    );
  }

  const idsOf = ({ data }: List) => data.map(({ id }) => id);

  beforeAll(async () => {
    stack = await startLocalStack({ WORKER: "off", SHARDS: String(shards), ...patience });
    api = apiAt(stack.api);
    store = { ...storeAt(stack.dynamodb, stack.sqs), shards };
    const ids = await createExecutions(store, EXECUTIONS, randomFrom(seed), DAYS);
    all = (await readKnown(store, ids)) as [Known, ...Known[]];
    await settle();
  }, 120_000);
  afterAll(async () => {
    store.client.destroy();
    await stack.stop();
  });

  it("has executions in every status, in all the months", () => {
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(Status.options));
    expect(new Set(all.map(({ created }) => created.slice(0, 7))).size).toBeGreaterThan(2);
  });

  it(`answers ${QUERIES} random queries as the model does (SEED=${seed})`, async () => {
    const random = randomFrom(seed + 1);
    const known = new Map(all.map((one) => [one.id, one]));
    let finding = 0;
    for (let at = 0; at < QUERIES; at++) {
      const query = { ...randomQuery(random, all), ...(at % 5 === 0 ? { filter: {} } : {}) };
      const expected = matchesOf(all, query);
      const perPage = random.pick([1, 7, 20, 100]);
      const page = random.pick([
        1,
        1,
        2,
        3,
        1 + random.below(Math.ceil(expected.length / perPage) + 2),
      ]);
      const answer = await api.list({ ...parametersOf(query), page, per_page: perPage });
      const what = JSON.stringify({ ...query, page, perPage });
      const { page_size, total_items, total_pages, complete } = answer.pagination;
      const ids = expected.slice((page - 1) * perPage, page * perPage);
      expect({ ids: idsOf(answer), page_size, total_items, total_pages, complete }, what).toEqual({
        ids,
        page_size: perPage,
        total_items: expected.length,
        total_pages: Math.ceil(expected.length / perPage),
        complete: true,
      });
      for (const row of answer.data)
        expect({ ...known.get(row.id), ...row }).toEqual(known.get(row.id));
      if (ids.length > 0) finding++;
    }
    // Enough of them have to find something, or they would prove nothing.
    expect(finding).toBeGreaterThan(QUERIES / 4);
  });

  /** The list by its cursors: forth to the end, and from there back. */
  async function walkByCursor(query: ListQuery, perPage: number, between = async () => {}) {
    const forth: number[][] = [];
    const parameters = { ...parametersOf(query), per_page: perPage };
    let answer = await api.list(parameters);
    for (
      forth.push(idsOf(answer));
      answer.pagination.next_cursor !== null;
      forth.push(idsOf(answer))
    ) {
      await between();
      answer = await api.list({ ...parameters, cursor: answer.pagination.next_cursor });
    }
    const back = [idsOf(answer)];
    while (answer.pagination.prev_cursor !== null) {
      answer = await api.list({ ...parameters, cursor: answer.pagination.prev_cursor });
      back.unshift(idsOf(answer));
    }
    return { forth, back };
  }

  it(`walks ${WALKS} lists by their pages and by their cursors, forth and back, as the model does`, async () => {
    const random = randomFrom(seed + 2);
    const walks = [
      { query: { filter: {} }, perPage: 100 },
      { query: { filter: {}, sort: "created" } as const, perPage: 37 },
      { query: { filter: { status: ["completed", "failed"] } } as const, perPage: 20 },
      // Pages that are walked to and that are located, in a range that cuts a bucket at either end.
      {
        query: { filter: {}, created_after: all.at(-9)?.created, created_before: all[9]?.created },
        perPage: 50,
      },
      ...Array.from({ length: WALKS - 4 }, () => ({
        query: randomQuery(random, all),
        perPage: random.pick([7, 20, 50]),
      })),
    ];
    for (const { query, perPage } of walks) {
      const expected = matchesOf(all, query);
      const what = JSON.stringify({ ...query, perPage });
      const pages: number[][] = [];
      for (let page = 1; page <= Math.max(1, Math.ceil(expected.length / perPage)); page++)
        pages.push(idsOf(await api.list({ ...parametersOf(query), page, per_page: perPage })));
      expect(pages.flat(), what).toEqual(expected);
      const { forth, back } = await walkByCursor(query, perPage);
      expect(forth, what).toEqual(pages);
      expect(back, what).toEqual(pages);
    }
  });

  it.each([...Status.options])("lists status %s by its path", async (status) => {
    const answer = await api.list({ per_page: 100 }, `/status/${status}`);
    const expected = matchesOf(all, { filter: { status: [status] } });
    expect(idsOf(answer)).toEqual(expected.slice(0, 100));
    expect(answer.pagination.total_items).toBe(expected.length);
  });

  it.each([1, 5, 77])(
    "lists enforcement %i by its path, with other filters beside",
    async (enforcement) => {
      for (const filter of [{}, { status: ["completed"] }, { status: ["running"] }] as const) {
        const answer = await api.list({ ...filter, per_page: 100 }, `/enforcement/${enforcement}`);
        const expected = matchesOf(all, { filter: { enforcement, ...filter } });
        expect(idsOf(answer)).toEqual(expected.slice(0, 100));
        expect(answer.pagination.total_items).toBe(expected.length);
      }
    },
  );

  it("takes several statuses between commas", async () => {
    const answer = await api.list({ status: "failed,timeout", per_page: 100 });
    const expected = matchesOf(all, { filter: { status: ["failed", "timeout"] } });
    expect(idsOf(answer)).toEqual(expected.slice(0, 100));
  });

  it("counts what a recount counts", async () => {
    expect(await api.stats()).toEqual({
      total: all.length,
      completed: countOf("completed"),
      failed: countOf("failed"),
      running: countOf("running"),
      pending: countOf("requested", "scheduling", "scheduled"),
      cancelled: countOf("cancelled"),
      timeout: countOf("timeout"),
      abandoned: countOf("abandoned"),
    });
  });

  /** Comes last: it changes what is there. */
  it("keeps a walk by cursor whole while executions come and change", async () => {
    const random = randomFrom(seed + 3);
    const nextIdentity = createIdSource(Date.now);
    let made = 0;
    const disturb = async () => {
      for (let times = random.below(6); times > 0; times--) {
        const request = { action_ref: random.pick(all).action_ref };
        await createExecution(store, nextIdentity, {
          request,
          config: null,
          idempotencyKey: `later-${++made}`,
          keyIsShared: false,
        });
      }
      const { id, status } = random.pick(all);
      if (status === "running") await changeStatus(store, { id, to: "completed", by: "worker" });
    };
    const there = matchesOf(all, { filter: {} });
    const { forth } = await walkByCursor({ filter: {} }, 50, disturb);
    expect(forth.flat()).toEqual(there);
    expect(made).toBeGreaterThan(5);

    const { action_ref } = all[0];
    const query = { filter: { action_ref: [action_ref] }, sort: "created" } as const;
    const before = matchesOf(all, query);
    const { forth: oldest } = await walkByCursor(query, 20, disturb);
    expect(oldest.flat().slice(0, before.length)).toEqual(before);

    all = (await readKnown(store, (await walkByCursor({ filter: {} }, 100)).forth.flat())) as [
      Known,
      ...Known[],
    ];
    expect(all.length).toBe(EXECUTIONS + made);
    await settle();
    for (const page of [1, 3, 9]) {
      const answer = await api.list({ page, per_page: 100 });
      expect(idsOf(answer)).toEqual(
        matchesOf(all, { filter: {} }).slice((page - 1) * 100, page * 100),
      );
      expect(answer.pagination.total_items).toBe(all.length);
    }
  });
});
