import { createdOf } from "@attune/domain/ids";
import { handoff, isFinal } from "@attune/domain/lifecycle";
import { type Change, type Entry, entryOf } from "@attune/store/history/entry";
import { readHistory } from "@attune/store/history/read-history";
import { saveHistory } from "@attune/store/history/save-history";
import { ExecutionRecord } from "@attune/store/record";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sizeOf } from "../../../bench/units.ts";
import { deliveries } from "../../fixtures/deliveries.ts";
import { startStore } from "../../fixtures/store.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());

type Life = Pick<
  (typeof deliveries extends fc.Arbitrary<infer T> ? T : never)["lives"][number],
  "statuses" | "action_ref"
>;

/** The execution that a life makes with each version, from 1. */
function recordsOf({ statuses, action_ref }: Life, id: number): ExecutionRecord[] {
  const place = statuses.indexOf(handoff.at);
  const handedOff = place === -1 ? statuses.length : place;
  return statuses.map((status, at) =>
    ExecutionRecord.parse({
      ...{ id, status, action_ref, version: at + 1 },
      ...(at < handedOff ? { owner: "executor", attempt: 0 } : { owner: "worker", attempt: 1 }),
      ...(statuses.slice(0, at + 1).includes("running") ? { executor: 7 } : {}),
      ...{ pool: "default", idempotency_key: "x", ledger: "x" },
      updated: at === 0 ? createdOf(id) : `2026-11-22T20:43:4${at}.000Z`,
    }),
  );
}

const changeOf = (record: ExecutionRecord): Change => ({
  id: record.id,
  version: record.version,
  entry: entryOf(record),
});

const put = (record: ExecutionRecord) =>
  fixture.store.client.send(
    new PutCommand({ TableName: fixture.store.tables.Executions, Item: record }),
  );

/** What a history says of each version, as its entries do. */
async function entriesOf(id: number): Promise<Entry[]> {
  const history = await readHistory(fixture.store, id);
  expect(history?.complete).toBe(true);
  return (history?.entries ?? []).map(({ to, owner, attempt, worker, at }) => ({
    ...{ status: to, owner, attempt, at },
    ...(worker === null ? {} : { worker }),
  }));
}

describe("the history of executions", () => {
  let serial = 0;

  it("is each change once and in order, delivered twice, split, merged and reordered", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.boolean(), async (some, isReversed) => {
        const lives = some.lives.map((life, at) => {
          const records = recordsOf(life, life.place + serial + at);
          return { id: life.place + serial + at, records };
        });
        const byId = new Map(lives.map(({ id, records }) => [id, records]));
        const batches = some.batches(serial).map((batch) =>
          batch.flatMap(({ id, version }) => {
            const record = byId.get(id)?.[version - 1];
            return record === undefined ? [] : [changeOf(record)];
          }),
        );
        serial += lives.length;
        for (const batch of isReversed ? batches.toReversed() : batches)
          await saveHistory(fixture.store, batch);
        for (const { id, records } of lives) {
          const [last] = records.slice(-1);
          if (last) await put(last);
          expect(await entriesOf(id)).toEqual(records.map(entryOf));
        }
      }),
      // Every run leaves its histories behind: a shrunk one would be compared with those of others.
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("is the same when all of it is written at the same time", async () => {
    const id = 4_096_000;
    const statuses: Life["statuses"] = ["requested", "scheduling", "scheduled", "running"];
    const records = recordsOf({ statuses, action_ref: "core.echo" }, id);
    await Promise.all(records.map((record) => saveHistory(fixture.store, [changeOf(record)])));
    for (const record of records.slice(-1)) await put(record);
    expect(await entriesOf(id)).toEqual(records.map(entryOf));
  });

  it("is below half a kilobyte for the longest life there is", async () => {
    const { store, request } = fixture;
    const { id } = await request();
    const at = "2026-11-22T20:43:42.137Z";
    const entry = { owner: "worker", attempt: 1, worker: 2 ** 52, at } as const;
    const statuses = ["requested", "scheduling", "scheduled", "running", "canceling"] as const;
    await saveHistory(
      store,
      statuses.map((status, place) => ({ id, version: place + 1, entry: { ...entry, status } })),
    );
    const { Item = {} } = await store.client.send(
      new GetCommand({ TableName: store.tables.History, Key: { id } }),
    );
    expect(Object.keys(Item).toSorted()).toEqual(["id", "v2", "v3", "v4", "v5"]);
    expect(sizeOf(Item)).toBeLessThan(512);
  });

  it("keeps nothing of an execution that ends before anything else happens", async () => {
    const { store, request } = fixture;
    const { id, ...record } = await request();
    const end = { id, version: 2, entry: entryOf({ ...record, status: "cancelled" }) };
    expect(isFinal(end.entry.status)).toBe(true);
    await saveHistory(store, [{ id, version: 1, entry: entryOf(record) }, end]);
    const { Item } = await store.client.send(
      new GetCommand({ TableName: store.tables.History, Key: { id } }),
    );
    expect(Item).toBeUndefined();
  });

  it("is not there for an execution that is not there", async () => {
    expect(await readHistory(fixture.store, 999)).toBeUndefined();
  });
});
