import { countChanges } from "@attune/store/counters/count-changes";
import { readActions, readPacks } from "@attune/store/counters/directory";
import { ledgerKey } from "@attune/store/counters/keys";
import { readTotals } from "@attune/store/counters/read-totals";
import { readState } from "@attune/store/counters/state";
import type { Store } from "@attune/store/store";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliveries, type Left } from "../../fixtures/deliveries.ts";
import { recount } from "../../fixtures/recount.ts";
import { startStore } from "../../fixtures/store.ts";

describe.each([1, 4])("counting in DynamoDB, with %i shards", (shards) => {
  let fixture: Awaited<ReturnType<typeof startStore>>;
  let store: Store;
  beforeAll(async () => {
    fixture = await startStore();
    store = { ...fixture.store, shards };
  });
  afterAll(() => fixture.stop());

  /** What is left of all executions so far: the runs share the tables. */
  const left: Left[] = [];
  let serial = 0;

  async function expectRecount() {
    const recounted = recount(left);
    const tallies = recounted.map(({ tally }) => tally);
    const totals = await readTotals(store, tallies, { consistent: true });
    expect(recounted.map(({ tally }) => ({ tally, count: totals(tally) }))).toEqual(recounted);
    const actions = new Set(left.map(({ membership }) => membership.action_ref));
    const counted = await readActions(store, [undefined, ...(await readPacks(store))]);
    expect(counted).toEqual(expect.arrayContaining([...actions]));
  }

  it("equals a recount, delivered twice, split, merged and reordered", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, fc.array(fc.nat(), { minLength: 1 }), async (some, writers) => {
        for (const [at, batch] of some.batches(serial, `sequential-${serial}-`).entries())
          await countChanges(store, batch, (writers[at % writers.length] ?? 0) % shards);
        left.push(...some.left(serial));
        serial += some.lives.length;
        await expectRecount();
      }),
      // Every run leaves its counts behind: a shrunk one would be compared with those of others.
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("equals a recount when batches are counted at the same time, over the same pages", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (some) => {
        const all = some.batches(serial, `concurrent-${serial}-`);
        for (let at = 0; at < all.length; at += 4) {
          const together = all.slice(at, at + 4);
          await Promise.all(
            together.map((batch, writer) => countChanges(store, batch, writer % shards)),
          );
        }
        left.push(...some.left(serial));
        serial += some.lives.length;
        await expectRecount();
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("starts again from the ledger when a transaction is cancelled after it was written", async () => {
    const send = store.client.send.bind(store.client);
    let cancelled = 0;
    const client = Object.create(store.client, {
      send: {
        value: async (command: Parameters<typeof send>[0]) => {
          const answer = await send(command);
          if (command.constructor.name !== "TransactWriteCommand" || cancelled++ > 0) return answer;
          throw new TransactionCanceledException({
            message: "TransactionConflict",
            $metadata: {},
            CancellationReasons: [{ Code: "TransactionConflict" }],
          });
        },
      },
    });
    const one = {
      id: serial++,
      status: "requested",
      membership: { action_ref: "core.echo", enforcement: 1 },
    } as const;
    await countChanges({ ...store, client }, [{ ...one, version: 1, ledger: "cancelled" }]);
    expect(cancelled).toBeGreaterThan(0);
    left.push(one);
    await expectRecount();
  });

  it("equals a recount when a page of the ledger is in many transactions of a batch", async () => {
    const pages = ["many-0", "many-1", "many-2"] as const;
    const lives = Array.from({ length: 120 }, (_, at) => ({
      ...{ id: serial++, ledger: pages[at % pages.length] ?? pages[0] },
      status: at % 2 === 0 ? ("completed" as const) : ("running" as const),
      membership: { action_ref: `many.${at % 7}`, enforcement: 1_000 * at, parent: 700 * at },
    }));
    const requested = lives.map((one) => ({ ...one, version: 1, status: "requested" as const }));
    const send = store.client.send.bind(store.client);
    let refused = 0;
    const value = (command: Parameters<typeof send>[0]) =>
      send(command).catch((error: unknown) => {
        refused++;
        throw error;
      });
    const client = Object.create(store.client, { send: { value } });
    const ended = lives.map((one) => ({ ...one, version: 2 }));
    for (const batch of [requested, ended]) await countChanges({ ...store, client }, batch);
    expect(refused).toBe(0);
    const { pages: written } = await readState(store, new Set(pages.map(ledgerKey)), new Set());
    // Two writes would be one of each batch.
    expect(Array.from(written.values(), ({ revision }) => revision > 4)).toEqual([
      true,
      true,
      true,
    ]);
    left.push(...lives);
    await countChanges(store, requested);
    await expectRecount();
  });

  it("lets a ledger page expire when all of its executions are final, and not before", async () => {
    const page = async () => {
      const key = { key: "ledger#expiry" };
      const command = new GetCommand({ TableName: store.tables.Counters, Key: key });
      return (await store.client.send(command)).Item;
    };
    const [one, other] = [serial++, serial++];
    const change = (id: number, version: number, status: "running" | "completed") => ({
      id,
      version,
      status,
      ledger: "expiry",
      membership: { action_ref: "core.sleep" },
    });
    await countChanges(store, [change(one, 1, "completed"), change(other, 1, "running")]);
    expect(await page()).not.toHaveProperty("expires");
    await countChanges(store, [change(other, 2, "completed")]);
    const inSixDays = Date.now() / 1_000 + 6 * 24 * 3_600;
    expect((await page())?.expires).toBeGreaterThan(inSixDays);
  });
});
