import { idOf } from "@attune/domain/ids";
import type { Change } from "@attune/store/counters/fold";
import { keepShards } from "@attune/store/recount/keep-shards";
import { begin, isDue } from "@attune/store/recount/progress";
import { saveSegments } from "@attune/store/search/save-segments";
import type { Store } from "@attune/store/store";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";
import { found } from "../search/world.ts";
import { clear, DAY_MS, empty, live, NOW, readTable, recount } from "./world.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
beforeAll(async () => {
  fixture = await startStore();
  store = { ...fixture.store, now: () => new Date(NOW) };
});
afterAll(() => fixture.stop());

const id = idOf(NOW - 11 * DAY_MS, 5);
const change = {
  ...{ id, version: 3, ledger: "page", duration: 1_000 },
  membership: { action_ref: "core.echo", enforcement: 7 },
};

async function putCounter(item: Record<string, unknown>) {
  await store.client.send(new PutCommand({ TableName: store.tables.Counters, Item: item }));
}

const page = async () =>
  (await readTable(store, "Counters")).find(({ key }) => key === "ledger#page") ?? {};

/** What is off, and what is left of it after a repair. */
async function checkAndRepair() {
  const { differences } = await recount(store, "check");
  const repaired = await recount(store, "repair");
  expect(repaired.differences).toEqual(differences);
  expect(repaired.repaired).toBe(differences.length);
  expect((await recount(store, "check")).differences).toEqual([]);
  return differences;
}

describe("beside numbers, a recount puts right", () => {
  beforeEach(() => clear(store));

  it("what the ledger says of an execution", async () => {
    await live(store, [[{ ...change, status: "running" }]]);
    const { entries } = await page();
    const wrong = Object.keys(entries ?? {}).map((name) => [name, 4 * 16 + 5]);
    await putCounter({ ...(await page()), entries: Object.fromEntries(wrong) });
    expect(await checkAndRepair()).toEqual([
      { item: "ledger#page", attribute: id.toString(36), counted: 69, expected: 3 * 16 + 3 },
    ]);
    expect((await page()).entries).toEqual(entries);
  });

  it("what the directory does not name", async () => {
    await live(store, [[{ ...change, status: "completed" }]]);
    await putCounter({ key: "directory#actions#core", names: new Set(["core.sleep"]) });
    expect(await checkAndRepair()).toEqual([
      { item: "directory#actions#core", attribute: "core.echo", counted: 0, expected: 1 },
    ]);
  });

  it("a line that is missing", async () => {
    await live(store, [[{ ...change, status: "completed" }]]);
    await empty(store, "Segments");
    expect(await checkAndRepair()).toEqual([
      { item: "segments", attribute: String(id), counted: 0, expected: 1 },
    ]);
  });

  it("a line that is another one's", async () => {
    const [item] = await live(store, [[{ ...change, status: "completed" }]]);
    if (item === undefined) throw new Error("There is no execution");
    await saveSegments(store, [{ ...item, result: { text: '"needle"' } }]);
    expect(await checkAndRepair()).toEqual([
      { item: "segments", attribute: `${id} otherwise`, counted: 1, expected: 0 },
    ]);
    const filter = { result_contains: "needle" };
    expect((await found(store, filter, {}, "newest")).ids).toEqual([]);
  });

  it("items of a kind that is newer than what was counted", async () => {
    const FINE_MS = 15_000;
    const many = Array.from({ length: 100 }, (_, at) => ({
      ...{ ...change, id: idOf(NOW - 11 * DAY_MS + at * FINE_MS, 5), ledger: `page-${at % 2}` },
      status: "completed" as const,
    }));
    // The last batch spills what the first one has left in the heads.
    await live(store, [many.slice(1), many.slice(0, 1)]);
    const numbers = async () =>
      (await readTable(store, "Counters")).filter(({ key }) => /^tw/.test(String(key)));
    const before = await numbers();
    expect(before).toHaveLength(3);
    for (const { key } of before) await putCounter({ key });
    expect((await checkAndRepair()).map(({ item }) => item).toSorted()).toEqual(
      before.map(({ key }) => key).toSorted(),
    );
    expect(await numbers()).toEqual(before);
  });

  it("nothing of what is on its way", async () => {
    const updated = new Date(NOW - 1_000).toISOString();
    await live(store, [[{ ...change, status: "running" }]]);
    const [item] = await readTable(store, "Executions");
    await store.client.send(
      new PutCommand({
        TableName: store.tables.Executions,
        Item: { ...item, status: "completed", status_key: "0|completed", version: 4, updated },
      }),
    );
    const { differences, busy } = await recount(store, "check");
    expect(differences).toEqual([]);
    expect(busy).toEqual(["what is not final of action#core.echo to pack#core"]);
  });
});

describe("what a check costs", () => {
  beforeEach(() => clear(store));

  const hour = idOf(NOW - 11 * DAY_MS, 0);
  const some = (count: number): Change[] =>
    Array.from({ length: count }, (_, at) => ({
      ...{ ...change, id: hour + at * 4_096, ledger: `page-${Math.floor(at / 50)}` },
      ...({ status: "completed", membership: { action_ref: "core.echo" } } as const),
    }));

  it("is half a unit an execution that is long over, and little beside", async () => {
    await live(store, [some(100)], [0], 10 * DAY_MS);
    const { units: hundred } = await recount(store, "check");
    await clear(store);
    await live(store, [some(1_000)], [0], 10 * DAY_MS);
    const { units: thousand } = await recount(store, "check");
    expect({ hundred, thousand }).toEqual({ hundred: 174.5, thousand: 633.5 });
  });
});

describe("the daily check is due", () => {
  const HOUR_MS = 3_600_000;
  const given = { mode: "check", started: NOW, hours: { from: 0, below: 9 }, until: 10 } as const;
  const open = begin(given, undefined);
  const last = { ...open, finished: NOW + 60_000 };

  it("when there was none", () => expect(isDue(undefined, NOW)).toBe(true));
  it("twenty hours after the last one began", () => {
    expect(isDue(last, NOW + 20 * HOUR_MS - 1)).toBe(false);
    expect(isDue(last, NOW + 20 * HOUR_MS)).toBe(true);
  });
  it("never while one is open", () => expect(isDue(open, NOW + 9 * DAY_MS)).toBe(false));
});

it("refuses fewer shards than there were, and takes more", async () => {
  const ofShards = (shards: number) => keepShards({ ...store, shards });
  await ofShards(4);
  await ofShards(4);
  await ofShards(16);
  await expect(ofShards(4)).rejects.toThrow("The stage has had more than 4 shards");
  await clear(store);
});
