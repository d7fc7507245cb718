import { isFinal, Owner, Status, sources, transition } from "@attune/domain/lifecycle";
import { accessPatterns } from "@attune/store/access-patterns/index";
import { readRecord } from "@attune/store/read-execution";
import { beat, changeStatus, claim, end, finish, handOff } from "@attune/store/transitions";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMemoryStore, startStore } from "../fixtures/store.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;

describe.each([
  ["a real engine", startStore],
  // What the interleavings run on has to do the same.
  ["the store in memory", startMemoryStore],
])("on %s", (_, start) => {
  beforeAll(async () => {
    fixture = await start();
  });
  afterAll(() => fixture.stop());

  /** An execution put into any state at all, past the lifecycle. */
  async function executionIn(status: Status, owner: Owner, executor?: number) {
    const { store } = fixture;
    const { id } = await fixture.request();
    await store.client.send(
      new UpdateCommand({
        TableName: store.tables.Executions,
        Key: { id },
        UpdateExpression: `SET #status = :status, #owner = :owner, #attempt = :one${executor === undefined ? "" : ", #executor = :executor"}`,
        ExpressionAttributeNames: {
          "#status": "status",
          "#owner": "owner",
          "#attempt": "attempt",
          ...(executor === undefined ? {} : { "#executor": "executor" }),
        },
        ExpressionAttributeValues: {
          ":status": status,
          ":owner": owner,
          ":one": 1,
          ...(executor === undefined ? {} : { ":executor": executor }),
        },
      }),
    );
    return id;
  }

  async function handedOff() {
    const { id } = await fixture.request();
    await changeStatus(fixture.store, { id, to: "scheduling", by: "executor" });
    await handOff(fixture.store, id);
    return id;
  }

  describe("a transition", () => {
    it("does what the lifecycle's table says, for all statuses, owners and moves", async () => {
      const cases = Status.options.flatMap((from) =>
        Owner.options.flatMap((holds) =>
          [...Owner.options.flatMap((by) => Status.options.map((to) => ({ by, to })))].map(
            (move) => ({ from, holds, move }),
          ),
        ),
      );
      expect(cases).toHaveLength(400);
      for (const { from, holds, move } of cases) {
        const id = await executionIn(from, holds);
        const before = await readRecord(fixture.store, id);
        const expected = transition({ status: from, owner: holds }, move);
        if (sources(move.to, move.by).length === 0) {
          // There is no write for what the lifecycle never allows.
          const change = { id, ...move, now: "", shards: 1 };
          expect(() => accessPatterns.changeStatus.params(fixture.store.tables, change)).toThrow(
            RangeError,
          );
          continue;
        }
        const outcome = await changeStatus(fixture.store, { id, ...move });
        const after = await readRecord(fixture.store, id);
        const what = `${holds}'s ${from} → ${move.to} by ${move.by}`;
        expect(outcome.ok, what).toBe(expected !== undefined);
        if (outcome.ok) {
          expect(after, what).toMatchObject({ status: move.to, owner: holds, version: 2 });
          expect(outcome.record, what).toEqual(after);
        } else {
          expect(after, what).toEqual(before);
          expect(outcome.current, what).toEqual(before);
        }
      }
    });

    it("schedules and hands off in one write, from the executor's `scheduling` alone", async () => {
      for (const from of Status.options) {
        for (const holds of Owner.options) {
          const id = await executionIn(from, holds);
          const before = await readRecord(fixture.store, id);
          const outcome = await handOff(fixture.store, id);
          expect(outcome.ok).toBe(from === "scheduling" && holds === "executor");
          const written = { status: "scheduled", owner: "worker", attempt: 1, version: 2 };
          if (outcome.ok) expect(outcome.record).toMatchObject(written);
          else expect(outcome.current).toEqual(before);
        }
      }
    });

    it("has one winner among many at the same time", async () => {
      const id = await handedOff();
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, worker) => claim(fixture.store, { id, worker, attempt: 1 })),
      );
      const winners = claims.filter(({ ok }) => ok);
      expect(winners).toHaveLength(1);
      const stored = await readRecord(fixture.store, id);
      expect(winners[0]).toEqual({ ok: true, record: stored });
      for (const lost of claims.filter(({ ok }) => !ok)) {
        expect(lost).toEqual({ ok: false, current: stored });
      }
    });

    it("tells where there is no such execution", async () => {
      expect(await claim(fixture.store, { id: 1, worker: 1, attempt: 1 })).toEqual({
        ok: false,
        current: undefined,
      });
    });
  });

  describe("a worker's hold", () => {
    it("is claimed, kept and finished; each call again is no conflict", async () => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      for (const _ of [1, 2]) expect(await claim(fixture.store, hold)).toMatchObject({ ok: true });
      expect(await beat(fixture.store, hold)).toMatchObject({ ok: true });
      for (const _ of [1, 2]) {
        expect(await finish(fixture.store, hold, "completed", '{"n":1.0}')).toMatchObject({
          ok: true,
          record: { status: "completed", executor: 7, result: { text: '{"n":1.0}' } },
        });
      }
    });

    it.each([
      ["a stale attempt", { attempt: 2 }],
      ["another worker", { worker: 8 }],
    ])("refuses %s, and changes nothing", async (_, other) => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      await claim(fixture.store, hold);
      const before = await readRecord(fixture.store, hold.id);
      const stale = { ...hold, ...other };
      for (const outcome of [
        await claim(fixture.store, stale),
        await beat(fixture.store, stale),
        await finish(fixture.store, stale, "completed", "1"),
        await finish(fixture.store, stale, "cancelled", "1"),
      ]) {
        expect(outcome).toEqual({ ok: false, current: before });
      }
      expect(await readRecord(fixture.store, hold.id)).toEqual(before);
    });

    it("cannot be claimed with an attempt that is not the message's", async () => {
      const id = await handedOff();
      for (const attempt of [0, 2]) {
        expect((await claim(fixture.store, { id, worker: 7, attempt })).ok).toBe(false);
      }
      expect((await claim(fixture.store, { id, worker: 7, attempt: 1 })).ok).toBe(true);
    });

    it("is saved by a heartbeat from an end that was decided before it", async () => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      await claim(fixture.store, hold);
      const verdict = { to: "abandoned", by: "worker", error: "silent" } as const;
      for (const _ of [1, 2]) {
        const seen = await readRecord(fixture.store, hold.id);
        if (seen === undefined) throw new Error("It is gone");
        await new Promise((resolve) => setTimeout(resolve, 2));
        await beat(fixture.store, hold);
        expect((await end(fixture.store, seen, verdict)).ok).toBe(false);
      }
      expect((await beat(fixture.store, hold)).ok).toBe(true);
    });

    it("finishes once: another outcome or another result is a conflict", async () => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      await claim(fixture.store, hold);
      const large = `"${"x".repeat(5_000)}"`;
      expect(await finish(fixture.store, hold, "completed", large)).toMatchObject({ ok: true });
      for (const outcome of [
        await finish(fixture.store, hold, "failed", large),
        await finish(fixture.store, hold, "completed", large.replace("x", "y")),
        await finish(fixture.store, hold, "completed", null),
      ]) {
        expect(outcome.ok).toBe(false);
      }
      expect(await finish(fixture.store, hold, "completed", large)).toMatchObject({ ok: true });
    });

    it("cancels by way of canceling", async () => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      await claim(fixture.store, hold);
      expect(await finish(fixture.store, hold, "cancelled", null)).toMatchObject({
        ok: true,
        // Created, scheduling, handed off, claimed, canceling, cancelled.
        record: { status: "cancelled", version: 6 },
      });
    });

    it("is lost with the final status, for every one of them", async () => {
      for (const status of Status.options.filter(isFinal)) {
        const id = await executionIn(status, "worker", 7);
        const hold = { id, worker: 7, attempt: 1 };
        expect((await claim(fixture.store, hold)).ok).toBe(false);
        expect((await beat(fixture.store, hold)).ok).toBe(false);
      }
    });

    it("beats without a change of version or of `updated`", async () => {
      const hold = { id: await handedOff(), worker: 7, attempt: 1 };
      await claim(fixture.store, hold);
      const before = await readRecord(fixture.store, hold.id);
      await beat(fixture.store, hold);
      const { beat: at, ...after } = (await readRecord(fixture.store, hold.id)) ?? {};
      expect(at).toEqual(expect.any(String));
      expect(after).toEqual(before);
    });
  });
});
