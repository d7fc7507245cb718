import { packOf, type Summary } from "@attune/domain/execution";
import type { Filter } from "@attune/domain/filter";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { readRecord, readView } from "@attune/store/read-execution";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAt } from "../fixtures/api.ts";
import { createExecutions, until } from "../fixtures/executions.ts";
import { type Random, randomFrom } from "../fixtures/random.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { storeAt } from "../fixtures/store.ts";

const EXECUTIONS = 500;
const QUERIES = 300;
const seed = Number(process.env.SEED ?? 20_261_122);

type Known = Summary & { readonly result: string | null };

/** The reference model: an array. */
function model(all: readonly Known[], filter: Filter, page: number, perPage: number) {
  const found = all
    .filter((one) => filter.status === undefined || one.status === filter.status)
    .filter((one) => filter.action_ref === undefined || one.action_ref === filter.action_ref)
    .filter((one) => !filter.pack_name || one.action_ref.startsWith(`${filter.pack_name}.`))
    .filter((one) => filter.enforcement === undefined || one.enforcement === filter.enforcement)
    .filter((one) => filter.parent === undefined || one.parent === filter.parent)
    .filter(
      (one) =>
        filter.result_contains === undefined ||
        one.result?.toLowerCase().includes(filter.result_contains.toLowerCase()),
    )
    .sort((a, b) => b.id - a.id);
  return {
    ids: found.slice((page - 1) * perPage, page * perPage).map(({ id }) => id),
    total_items: found.length,
    total_pages: Math.ceil(found.length / perPage),
  };
}

/** A query whose values are mostly those of some execution, so that combinations find something. */
function queryOf(random: Random, all: readonly [Known, ...Known[]]) {
  const one = random.pick(all);
  const sometimes = <T>(value: T | null | undefined) =>
    value != null && random.below(3) === 0 ? value : undefined;
  const given = {
    status: sometimes(random.below(4) === 0 ? random.pick(["running", "abandoned"]) : one.status),
    action_ref: sometimes(one.action_ref),
    pack_name: sometimes(random.pick([packOf(one.action_ref), "core.http", "nowhere"])),
    enforcement: sometimes(one.enforcement ?? 1),
    parent: sometimes(one.parent ?? 99),
    result_contains: sometimes(random.pick(["TIMEOUT", "100%", "a_b", "ö", '\\"quoted', "xx", ""])),
  };
  return {
    filter: Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as Filter,
    page: random.pick([1, 1, 1, 2, 3, 50]),
    perPage: random.pick([1, 7, 20, 100]),
  };
}

let stack: LocalStack;
let api: Api;
let all: [Known, ...Known[]];

beforeAll(async () => {
  stack = await startLocalStack({ WORKER: "off" });
  api = apiAt(stack.api);
  const store = storeAt(stack.dynamodb);
  const ids = await createExecutions(store, EXECUTIONS, randomFrom(seed));
  const known = await Promise.all(
    ids.map(async (id): Promise<Known> => {
      const record = await readRecord(store, id);
      if (record === undefined) throw new Error(`${id} is gone`);
      const { config: _, executor: __, action: ___, ...view } = await readView(store, record);
      return view;
    }),
  );
  all = known as [Known, ...Known[]];
  const finished = all.filter(({ status }) => isFinal(status)).length;
  await until(
    () => api.stats(),
    ({ total, completed = 0, failed = 0, cancelled = 0, timeout = 0, abandoned = 0 }) =>
      total === EXECUTIONS && completed + failed + cancelled + timeout + abandoned === finished,
  );
  store.client.destroy();
}, 120_000);
afterAll(() => stack.stop());

describe(`the list, on ${EXECUTIONS} executions`, () => {
  it("has executions in every status to list", () => {
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(Status.options));
  });

  it(`answers ${QUERIES} random queries as the model does (SEED=${seed})`, async () => {
    const random = randomFrom(seed + 1);
    const queries = Array.from({ length: QUERIES }, () => queryOf(random, all));
    // Enough of them have to find something, or they would prove nothing.
    const finding = queries.filter(
      ({ filter, page, perPage }) => model(all, filter, page, perPage).ids.length > 0,
    );
    expect(finding.length).toBeGreaterThan(QUERIES / 3);

    for (const { filter, page, perPage } of queries) {
      const { data, pagination } = await api.list({ ...filter, page, per_page: perPage });
      const expected = model(all, filter, page, perPage);
      const what = JSON.stringify({ filter, page, perPage });
      expect({ ids: data.map(({ id }) => id), ...pagination }, what).toEqual({
        ...expected,
        page,
        page_size: perPage,
        ...(filter.result_contains === undefined ? {} : { complete: true }),
      });
      const known = new Map(all.map((one) => [one.id, one]));
      for (const row of data) expect({ ...known.get(row.id), ...row }).toEqual(known.get(row.id));
    }
  });

  it.each([...Status.options])("lists status %s by its path", async (status) => {
    const { data, pagination } = await api.list({ per_page: 100 }, `/status/${status}`);
    const expected = model(all, { status }, 1, 100);
    expect(data.map(({ id }) => id)).toEqual(expected.ids);
    expect(pagination.total_items).toBe(expected.total_items);
  });

  it.each([1, 5, 77])(
    "lists enforcement %i by its path, with other filters beside",
    async (enforcement) => {
      for (const more of [{}, { status: "completed" as const }]) {
        const { data, pagination } = await api.list(more, `/enforcement/${enforcement}`);
        const expected = model(all, { enforcement, ...more }, 1, 20);
        expect(data.map(({ id }) => id)).toEqual(expected.ids);
        expect(pagination.total_items).toBe(expected.total_items);
      }
    },
  );

  it("walks every page once: nothing twice, nothing left out", async () => {
    for (const filter of [
      {},
      { status: "requested" as const },
      { pack_name: "core", status: "failed" as const },
    ]) {
      const seen: number[] = [];
      for (let page = 1, pages = 1; page <= pages; page++) {
        const { data, pagination } = await api.list({ ...filter, page, per_page: 7 });
        seen.push(...data.map(({ id }) => id));
        pages = pagination.total_pages;
      }
      expect(seen).toEqual(model(all, filter, 1, EXECUTIONS).ids);
    }
  });

  it("counts what a recount counts", async () => {
    const count = (...statuses: Status[]) =>
      all.filter(({ status }) => statuses.includes(status)).length;
    expect(await api.stats()).toEqual({
      total: EXECUTIONS,
      completed: count("completed"),
      failed: count("failed"),
      running: count("running"),
      pending: count("requested", "scheduling", "scheduled"),
      cancelled: count("cancelled"),
      timeout: count("timeout"),
      abandoned: count("abandoned"),
    });
  });
});
