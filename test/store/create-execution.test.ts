import { ServiceError } from "@attune/domain/errors";
import { type Created, createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import { readRecord, readView } from "@attune/store/read-execution";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStore } from "../fixtures/store.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;
beforeAll(async () => {
  fixture = await startStore();
});
afterAll(() => fixture.stop());

const creation = (idempotencyKey: string, config: string | null = null) => ({
  request: { action_ref: "core.echo", enforcement: 3, parent: null },
  config,
  idempotencyKey,
  keyIsShared: true,
});

describe("creating an execution", () => {
  it("stores it requested, the executor's, and null as nothing at all", async () => {
    const { record, isNew } = await createExecution(
      fixture.store,
      fixture.nextIdentity,
      creation("first", '{"a":1}'),
    );
    expect(isNew).toBe(true);
    const stored = await readRecord(fixture.store, record.id);
    expect(stored).toEqual(record);
    expect(stored).toMatchObject({
      status: "requested",
      owner: "executor",
      version: 1,
      attempt: 0,
    });
    expect(stored).not.toHaveProperty("parent");
  });

  it("makes one execution of a key, whoever asks and however often at the same time", async () => {
    for (let round = 0; round < 10; round++) {
      const sources = Array.from({ length: 20 }, () => createIdSource(Date.now));
      const all = await Promise.all(
        sources.map((source) => createExecution(fixture.store, source, creation(`same ${round}`))),
      );
      expect(new Set(all.map(({ record }) => record.id)).size).toBe(1);
      expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    }
  });

  it("is new to one call also where two new processes draw the same id", async () => {
    const at = Date.now();
    const sources = [1, 2].map(() =>
      createIdSource(
        () => at,
        () => 0.5,
      ),
    );
    const all = await Promise.all(
      sources.map((source) => createExecution(fixture.store, source, creation("drawn twice"))),
    );
    expect(new Set(all.map(({ record }) => record.id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
  });

  it("is new to the one call that stored it, whichever reserved its id, also where an answer was lost", async () => {
    const { store, nextIdentity } = fixture;
    const send = store.client.send.bind(store.client);
    const puts = (input: { TableName?: string | undefined }) => input.TableName === "Executions";
    const storeThat = (value: (command: Parameters<typeof send>[0]) => Promise<unknown>) => ({
      ...store,
      client: Object.create(store.client, { send: { value } }),
    });
    /** A put that arrives twice, since the first answer was lost. */
    const losing = storeThat(async (command) => {
      if (command instanceof PutCommand && puts(command.input)) await send(command);
      return send(command);
    });
    for (const other of [store, losing]) {
      const given = creation(`overtaken ${other === store}`);
      const overtaken: Created[] = [];
      const slow = storeThat(async (command) => {
        if (command instanceof PutCommand && puts(command.input))
          overtaken.push(await createExecution(other, nextIdentity, given));
        return send(command);
      });
      const first = await createExecution(slow, nextIdentity, given);
      expect(overtaken.map(({ record, isNew }) => ({ id: record.id, isNew }))).toEqual([
        { id: first.record.id, isNew: true },
      ]);
      expect(first.isNew).toBe(false);
    }
    const { isNew } = await createExecution(losing, nextIdentity, creation("lost"));
    expect(isNew).toBe(true);
  });

  it("goes on with the reserved id after a crash between reservation and execution", async () => {
    const { store, nextIdentity } = fixture;
    const { id } = nextIdentity();
    const send = store.client.send.bind(store.client);
    const broken = Object.create(store.client, {
      send: {
        value: (command: { input: { TableName?: string } }) => {
          if (command.input.TableName === "Executions") throw new Error("crash");
          return send(command as Parameters<typeof send>[0]);
        },
      },
    });
    const crashing = { ...store, client: broken };
    await expect(
      createExecution(crashing, () => ({ id, ledger: "page" }), creation("crashed")),
    ).rejects.toThrow("crash");

    const again = await createExecution(store, nextIdentity, creation("crashed"));
    expect(again.record.id).toBe(id);
    expect(again.record.status).toBe("requested");
  });

  it("draws another id when its own is taken by another execution", async () => {
    const taken = await fixture.request();
    const drawn = [taken.id, taken.id, taken.id + 1];
    const source = () => ({ id: drawn.shift() ?? 0, ledger: "page" });
    for (const keyIsShared of [true, false]) {
      drawn.splice(0, drawn.length, taken.id, taken.id + (keyIsShared ? 1 : 2));
      const key = `collides ${keyIsShared}`;
      const { record, isNew } = await createExecution(fixture.store, source, {
        ...creation(key),
        keyIsShared,
      });
      expect(isNew).toBe(true);
      expect(record.id).toBeGreaterThan(taken.id);
      expect((await readRecord(fixture.store, record.id))?.idempotency_key).toBe(key);
      if (keyIsShared) {
        const again = await createExecution(fixture.store, fixture.nextIdentity, creation(key));
        expect(again).toMatchObject({ isNew: false, record: { id: record.id } });
      }
    }
  });

  it.each([512, 513, 300_000, 400_000])(
    "gives back a config of %i bytes to the letter",
    async (bytes) => {
      const config = `{"2":1.10,"1":"${"é".repeat((bytes - 16) / 2)}"}`;
      const record = await fixture.request({}, config);
      expect(await readView(fixture.store, record)).toMatchObject({ config, result: null });
      const size = Buffer.byteLength(config);
      const kind = size <= 512 ? "text" : size <= 390_000 ? "ref" : "object";
      expect(record.config).toHaveProperty(kind);
    },
  );

  it("refuses a config that is larger than can be stored, and stores nothing", async () => {
    const config = `"${"x".repeat(5 * 1_048_576)}"`;
    const error = await fixture.request({}, config).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ status: 413 });
  });
});
