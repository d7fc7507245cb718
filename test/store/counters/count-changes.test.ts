import { countChanges } from "@attune/store/counters/count-changes";
import { readCounters } from "@attune/store/counters/read-counters";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliveries } from "../../fixtures/deliveries.ts";
import { startStore } from "../../fixtures/store.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;
beforeAll(async () => {
  fixture = await startStore();
});
afterAll(() => fixture.stop());

/** What the counters should say after all runs so far: they share the tables. */
const expected = new Map<string, Record<string, number>>();
let executions = 1;

async function expectRecount() {
  const counters = await readCounters(fixture.store, [...expected.keys()], { consistent: true });
  for (const [key, { members = 0, ...byStatus }] of expected) {
    const counter = counters(key);
    const left = Object.entries(counter.byStatus).filter(([, count]) => count !== 0);
    expect({ key, members: counter.members, byStatus: Object.fromEntries(left) }).toEqual({
      key,
      members,
      byStatus,
    });
  }
}

function expectAlso(counts: ReadonlyMap<string, Record<string, number>>) {
  for (const [key, fields] of counts) {
    const sum = { ...expected.get(key) };
    for (const [field, count] of Object.entries(fields)) sum[field] = (sum[field] ?? 0) + count;
    expected.set(key, sum);
  }
}

describe("counting in DynamoDB", () => {
  it("equals a recount, delivered twice, split, merged and reordered", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ lives, batches, recount }) => {
        const prefix = `sequential-${executions}-`;
        for (const batch of batches(executions, prefix)) await countChanges(fixture.store, batch);
        executions += lives.length;
        expectAlso(recount());
        await expectRecount();
      }),
      // Every run leaves its counts behind: a shrunk one would be compared with those of others.
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("equals a recount when batches are counted at the same time, over the same pages", async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ lives, batches, recount }) => {
        const all = batches(executions, `concurrent-${executions}-`);
        for (let at = 0; at < all.length; at += 4) {
          const some = all.slice(at, at + 4);
          await Promise.all(some.map((batch) => countChanges(fixture.store, batch)));
        }
        executions += lives.length;
        expectAlso(recount());
        await expectRecount();
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("starts again from the ledger when a transaction is cancelled after it was written", async () => {
    const { store } = fixture;
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
    const change = {
      id: executions++,
      version: 1,
      status: "requested",
      ledger: "cancelled",
      membership: { action_ref: "core.echo", enforcement: 1 },
    } as const;
    await countChanges({ ...store, client }, [change]);
    expect(cancelled).toBe(1);
    expectAlso(
      new Map([
        ["all", { requested: 1 }],
        ["action#core.echo", { requested: 1 }],
        ["pack#core", { requested: 1 }],
        ["enforcement#1", { members: 1 }],
      ]),
    );
    await expectRecount();
  });

  it("lets a ledger page expire when all of its executions are final, and not before", async () => {
    const { store } = fixture;
    const page = async () => {
      const key = { key: "ledger#expiry" };
      const command = new GetCommand({ TableName: store.tables.Counters, Key: key });
      return (await store.client.send(command)).Item;
    };
    const [one, other] = [executions++, executions++];
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
