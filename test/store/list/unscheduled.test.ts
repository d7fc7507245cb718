/**
 * `requested` and `scheduling` share the partitions of `by_status`: the change from one to the other rewrites an entry in place, so
 * that whoever reads meanwhile finds each execution once.
 */
import { findUnfinished } from "@attune/store/find-unfinished";
import { listExecutions } from "@attune/store/list/list-executions";
import type { Cursor } from "@attune/store/list/request";
import { readUnfinished } from "@attune/store/recount/compare-totals";
import type { Store } from "@attune/store/store";
import { changeStatus, handOff } from "@attune/store/transitions";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";

const EXECUTIONS = 120;
const PER_PAGE = 10;

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
beforeAll(async () => {
  fixture = await startStore();
  store = fixture.store;
});
afterAll(() => fixture.stop());

const schedule = (id: number) => changeStatus(store, { id, to: "scheduling", by: "executor" });

/** A store before whose Queries of `by_status` something happens. */
function watched(meanwhile: () => Promise<unknown>): Store {
  const send = async (command: Parameters<Store["client"]["send"]>[0]) => {
    if (command instanceof QueryCommand && command.input.IndexName === "by_status")
      await meanwhile();
    return store.client.send(command);
  };
  return { ...store, client: Object.assign(Object.create(store.client), { send }) };
}

it("writes the entry once, and a move to another partition twice", async () => {
  const { id } = await fixture.request();
  const unitsOf: number[] = [];
  const send = async (command: unknown) => {
    if (!(command instanceof UpdateCommand)) throw new Error("Not an update");
    const asked = new UpdateCommand({ ...command.input, ReturnConsumedCapacity: "INDEXES" });
    const answer = await store.client.send(asked);
    const { by_status } = answer.ConsumedCapacity?.GlobalSecondaryIndexes ?? {};
    unitsOf.push(by_status?.CapacityUnits ?? 0);
    return answer;
  };
  const counted = { ...store, client: Object.assign(Object.create(store.client), { send }) };
  await changeStatus(counted, { id, to: "scheduling", by: "executor" });
  await handOff(counted, id);
  expect(unitsOf).toEqual([1, 2]);
});

describe("what is scheduled while it is read", () => {
  let ids: number[];
  let waiting: number[];
  let moving: Store;
  beforeEach(async () => {
    const made = await Promise.all(Array.from({ length: EXECUTIONS }, () => fixture.request()));
    ids = made.map(({ id }) => id).toSorted((one, other) => other - one);
    waiting = [...ids];
    // From both ends: of what is read already, and of what is read next.
    moving = watched(async () => {
      const some = [...waiting.splice(0, 3), ...waiting.splice(-3, 3)];
      await Promise.all(some.map(schedule));
    });
  });
  afterEach(async () => {
    await Promise.all(
      ids.map((id) => changeStatus(store, { id, to: "cancelled", by: "executor" })),
    );
  });

  it("is on one page of both statuses, and on one alone", async () => {
    const filter = { status: ["requested", "scheduling"] } as const;
    const request = { filter, range: {}, order: "newest", perPage: PER_PAGE } as const;
    const found: number[] = [];
    for (let at: number | Cursor | undefined = 1; at !== undefined; ) {
      const { rows, next }: Awaited<ReturnType<typeof listExecutions>> = await listExecutions(
        moving,
        request,
        at,
      );
      found.push(...rows.map(({ id }) => id));
      at = next;
    }
    expect(found).toEqual(ids);
    expect(waiting.length).toBeLessThan(EXECUTIONS / 2);
  });

  it("is found once by the sweep and by the recount", async () => {
    const swept: number[] = [];
    for await (const batch of findUnfinished(moving, -60)) swept.push(...batch.map(({ id }) => id));
    const seen = (await readUnfinished(moving)).map(({ id }) => id);
    const handedOff = (found: readonly number[]) => found.filter((id) => ids.includes(id));
    expect(handedOff(swept).toSorted((one, other) => other - one)).toEqual(ids);
    expect(handedOff(seen).toSorted((one, other) => other - one)).toEqual(ids);
    expect(waiting.length).toBeLessThan(EXECUTIONS);
  });

  it("is in the list of its own status, which has its status on each row", async () => {
    const scheduling = ids.filter((_, at) => at % 7 === 0);
    await Promise.all(scheduling.map(schedule));
    for (const [status, expected] of [
      ["scheduling", scheduling],
      ["requested", ids.filter((id) => !scheduling.includes(id))],
    ] as const) {
      const request = { filter: { status: [status] }, range: {}, order: "newest" } as const;
      const { rows, complete } = await listExecutions(store, { ...request, perPage: 200 }, 1);
      expect(rows.map(({ id }) => id)).toEqual(expected);
      expect(new Set(rows.map((row) => row.status))).toEqual(new Set([status]));
      expect(complete).toBe(true);
    }
  });
});
