/** Lists that no counter knows, after a request that stopped before it had counted them. */
import { listExecutions } from "@attune/store/list/list-executions";
import type { Cursor, Listed } from "@attune/store/list/request";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";
import { idAt, storeExecutions } from "../search/world.ts";

const EXECUTIONS = 300;
const PER_PAGE = 20;
/** What a walk had found when it stopped. */
const FOUND = 100;

/** The ids of a page, the newest first. */
const idsOf = (page: number) =>
  Array.from({ length: PER_PAGE }, (_, at) => idAt(EXECUTIONS - (page - 1) * PER_PAGE - at - 1));
/** The place before a page. */
const placeBefore = (page: number): Cursor => ({
  direction: "next",
  id: idAt(EXECUTIONS - (page - 1) * PER_PAGE),
  page,
  matched: (page - 1) * PER_PAGE,
  walked: { total: FOUND, isExact: false },
});

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
beforeAll(async () => {
  fixture = await startStore();
  store = fixture.store;
  await storeExecutions(
    store,
    Array.from({ length: EXECUTIONS }, (_, at) => ({
      ...{ id: idAt(at), status: "completed" as const, action_ref: "core.echo", executor: 7 },
    })),
  );
});
afterAll(() => fixture.stop());

const pageAt = (at: number | Cursor): Promise<Listed> => {
  const list = { filter: { executor: 7 }, range: {}, order: "newest", perPage: PER_PAGE } as const;
  return listExecutions(store, list, at);
};

it("walks for a page what it needs, and not again for the total", async () => {
  const second = await pageAt(placeBefore(2));
  expect(second.rows.map(({ id }) => id)).toEqual(idsOf(2));
  expect(second).toMatchObject({ total: FOUND, complete: false });
  expect(second.scanned).toBeLessThan(2 * PER_PAGE);
  const back = await pageAt(second.prev ?? 0);
  expect(back.rows.map(({ id }) => id)).toEqual(idsOf(1));
  expect(back).toMatchObject({ total: FOUND, complete: false });
  expect(back.next?.walked).toEqual({ total: FOUND, isExact: false });
});

it("says that there are more once a page comes further, and how many at the end", async () => {
  const pages = [await pageAt(placeBefore(2))];
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) pages.push(await pageAt(next));
  expect(pages).toHaveLength(EXECUTIONS / PER_PAGE - 1);
  for (const { page, rows, total, complete } of pages.slice(0, -1)) {
    expect(rows.map(({ id }) => id)).toEqual(idsOf(page));
    expect(total).toBeGreaterThanOrEqual(Math.max(FOUND, page * PER_PAGE + 1));
    expect(complete).toBe(false);
  }
  expect(pages.at(-1)).toMatchObject({ total: EXECUTIONS, complete: true });
});

it("walks to the end for a page by its number, and takes along what it has found", async () => {
  const { total, complete, next } = await pageAt(1);
  expect({ total, complete }).toEqual({ total: EXECUTIONS, complete: true });
  const second = await pageAt(next ?? 0);
  expect(second).toMatchObject({ total: EXECUTIONS, complete: true });
  expect(second.scanned).toBeLessThan(2 * PER_PAGE);
});
