/** What happens while a search or a compaction runs, and what they cost. */
import { createHash } from "node:crypto";
import type { Order } from "@attune/store/access-patterns/executions-read";
import { compactSegments } from "@attune/store/search/compact-segments";
import { type Final, saveSegments } from "@attune/store/search/save-segments";
import { searchResults } from "@attune/store/search/search-results";
import type { Store } from "@attune/store/store";
import { DeleteCommand, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startStore } from "../../fixtures/store.ts";
import { expected, found, idAt, type Known, START_MS, storeExecutions } from "./world.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
beforeEach(async () => {
  fixture = await startStore();
  store = fixture.store;
});
afterEach(() => fixture.stop());

const orders: readonly Order[] = ["newest", "oldest"];
const crowd = Array.from(
  { length: 100 },
  (_, at): Known => ({
    id: idAt(9_000_000 + at),
    status: "running",
    action_ref: "core.sleep",
  }),
);
/** A result that no packing makes small, by its number. */
const textOf = (at: number) =>
  JSON.stringify({ number: at, noise: createHash("sha512").update(`${at}`).digest("hex") });

const executionsEvery = (seconds: number, count: number) =>
  Array.from(
    { length: count },
    (_, at): Known => ({
      id: idAt(at * seconds, at % 4_096),
      status: "completed",
      action_ref: `core.action_${at % 5}`,
      text: textOf(at),
    }),
  );

/** Executions that are over, and newer ones that are not. */
async function create(all: readonly Known[]) {
  await storeExecutions(store, crowd);
  return storeExecutions(store, all);
}

/** One by one, as they come at a low rate. */
const deliver = (finals: readonly Final[]) =>
  Promise.all(finals.map((final) => saveSegments(store, [final])));

const later = (of: Store): Store => ({ ...of, now: () => new Date(START_MS + 8_640_000_000) });
const compact = (of: Store = store) => compactSegments(later(of), 0);

/** The store, with something done before each of its calls of a kind. */
function beforeCalls(
  kind: typeof QueryCommand | typeof DeleteCommand,
  act: (nth: number) => unknown,
) {
  let calls = 0;
  const client = new Proxy(store.client, {
    get(target, name) {
      if (name !== "send") return Reflect.get(target, name);
      return async (command: QueryCommand) => {
        if (command instanceof kind) await act(calls++);
        return target.send(command);
      };
    },
  });
  return { ...store, client };
}

const Keys = z.array(z.object({ partition: z.string() }));
async function partitions() {
  const command = new ScanCommand({ TableName: store.tables.Segments });
  const items = Keys.parse((await store.client.send(command)).Items);
  const counts = Object.groupBy(items, ({ partition }) => partition);
  return Object.fromEntries(Object.entries(counts).map(([key, some = []]) => [key, some.length]));
}

const filter = { result_contains: "a", action_ref: ["core.action_1"] } as const;

describe.each(orders)("a search, %s first", (order) => {
  it("finds the same when a compaction runs before any of its calls", async () => {
    const all = executionsEvery(1, 60);
    const wanted = expected(all, filter, {}, order);
    const finals = await create(all);
    let calls = 1;
    for (let at = 0; at < calls; at++) {
      await deliver(finals);
      const interrupted = beforeCalls(QueryCommand, (nth) => {
        calls = Math.max(calls, nth + 1);
        return nth === at ? compact() : undefined;
      });
      expect((await found(interrupted, filter, {}, order)).ids).toEqual(wanted);
      expect(await partitions()).not.toHaveProperty("0|inbox");
    }
    // The newest, the inbox, and five levels.
    expect(calls).toBeGreaterThanOrEqual(7);
  });

  it("finds what has just come to its end, before the stream tells", async () => {
    const known = executionsEvery(1, 100);
    await storeExecutions(store, known);
    expect((await found(store, filter, {}, order)).ids).toEqual(expected(known, filter, {}, order));
  });

  it("does not read the newest once the stream has told of them", async () => {
    const known = executionsEvery(1, 100);
    const finals = await storeExecutions(store, known);
    await saveSegments(store, finals);
    const { units, looked } = await found(store, filter, {}, order);
    expect(looked).toBe(100);
    expect(units).toBeLessThan(10);
  });

  it("stops between large results, and goes on from there", async () => {
    const large = Array.from(
      { length: 8 },
      (_, at): Known => ({
        id: idAt(at),
        status: "completed",
        action_ref: "core.action_1",
        text: JSON.stringify(`${at}${"y".repeat(3_000_000)}`),
      }),
    );
    await deliver(await create(large));
    const range = { below: idAt(100) };
    const looked: number[] = [];
    for await (const chunk of searchResults(store, {
      filter: { result_contains: "yY" },
      range,
      order,
    }))
      looked.push(chunk.looked);
    expect(looked).toEqual([2, 2, 2, 2]);
    for (const stopAfter of [1, 2, 3]) {
      const { ids } = await found(store, { result_contains: "yY" }, range, order, stopAfter);
      expect(ids).toEqual(expected(large, { result_contains: "yy" }, range, order));
    }
  });
});

describe("a compaction", () => {
  it.each([0, 7, 59])("that dies before its delete %i loses nothing", async (last) => {
    const all = executionsEvery(1, 60);
    const wanted = expected(all, filter, {}, "newest");
    await deliver(await create(all));
    const dies = beforeCalls(DeleteCommand, (nth) => {
      if (nth === last) throw new Error("The process is gone");
    });
    await expect(compact(dies)).rejects.toThrow("The process is gone");
    expect((await found(store, filter, {}, "newest")).ids).toEqual(wanted);
    await compact();
    expect((await found(store, filter, {}, "newest")).ids).toEqual(wanted);
  });

  it("that died before it deleted anything is done again by the next one", async () => {
    await deliver(await create(executionsEvery(1, 60)));
    const dies = beforeCalls(DeleteCommand, () => {
      throw new Error("The process is gone");
    });
    await expect(compact(dies)).rejects.toThrow("The process is gone");
    const { "0|inbox": _, ...settled } = await partitions();
    await compact();
    expect(await partitions()).toEqual(settled);
  });

  it("writes nothing when there is nothing new", async () => {
    await deliver(await create(executionsEvery(1, 60)));
    await compact();
    const settled = await partitions();
    await compact();
    expect(await partitions()).toEqual(settled);
  });

  it("takes an inbox of several megabytes a part at a time", async () => {
    const all = executionsEvery(60, 1_200).map((one, at) => ({
      ...one,
      text: JSON.stringify(Array.from({ length: 10 }, (_, part) => textOf(10 * at + part))),
    }));
    await deliver(await create(all));
    expect((await partitions())["0|inbox"]).toBeGreaterThan(1_000);
    await compact();
    expect((await partitions())["0|inbox"] ?? 0).toBeLessThan(20);
    const { ids } = await found(store, filter, {}, "oldest");
    expect(ids).toEqual(expected(all, filter, {}, "oldest"));
  });
});
