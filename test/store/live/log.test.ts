import type { LiveChange } from "@attune/domain/live";
import { CHANGES_AN_ENTRY, type Entry, LANE } from "@attune/store/live/entries";
import {
  appendAll,
  createAppend,
  moveMark,
  openLog,
  READABLE_MS,
  readAfter,
  readMark,
  readWhatIsLeft,
} from "@attune/store/live/log";
import type { Store } from "@attune/store/store";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
/** Added to the clock, which only goes forward. */
let later = 0;
beforeAll(async () => {
  fixture = await startStore();
  store = { ...fixture.store, now: () => new Date(Date.now() + later) };
});
afterAll(() => fixture.stop());

const change = (id: number, version = 1): LiveChange => ({
  ...{ id, version, previous: null, status: "requested", action_ref: "core.echo" },
  ...{ parent: null, enforcement: null, updated: "2026-11-22T20:43:42.137Z" },
});

/** Everything after a number. */
async function readAll(after: number): Promise<Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const page = await readAfter(store, all.at(-1)?.seq ?? after);
    if (page === undefined) throw new Error("There is a hole");
    if (page.length === 0) return all;
    all.push(...page);
  }
}

/** What expiry does, at once and in any order. */
async function expire(which: (seq: number) => boolean): Promise<void> {
  for (let after = 0; ; ) {
    const entries = await readWhatIsLeft(store, after);
    for (const { seq } of entries.filter((entry) => which(entry.seq)))
      await store.client.send(
        new DeleteCommand({ TableName: store.tables.LiveLog, Key: { lane: LANE, seq } }),
      );
    const last = entries.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/** A store whose n-th write of an entry loses its answer: it is there, and the writer does not know. */
function losing(lost: (write: number) => boolean): Store {
  let writes = 0;
  const send = async (command: { readonly constructor: { readonly name: string } }) => {
    const answer = await Reflect.apply(store.client.send, store.client, [command]);
    if (command.constructor.name === "PutCommand" && lost(++writes))
      // What the client's own next try meets.
      return Reflect.apply(store.client.send, store.client, [command]);
    return answer;
  };
  return { ...store, client: Object.assign(Object.create(store.client), { send }) };
}

let start: number;
beforeEach(async () => {
  start = await openLog(store, createAppend(store));
});

describe("the live log", () => {
  it("is gapless and loses nothing, whoever writes at the same time", async () => {
    const writers = Array.from({ length: 8 }, () => createAppend(store));
    const numbers = await Promise.all(
      writers.map(async (append, writer) => {
        const own: number[] = [];
        for (let n = 0; n < 25; n++) own.push(await append([change(writer * 100 + n)]));
        return own;
      }),
    );
    const entries = await readAll(start);
    expect(entries.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, at) => start + 1 + at),
    );
    // Each is where its writer was told, and the entries of a writer are in its order.
    const at = new Map(entries.map(({ seq, changes }) => [seq, changes[0]?.id]));
    for (const [writer, own] of numbers.entries()) {
      expect(own.map((seq) => at.get(seq))).toEqual(own.map((_, n) => writer * 100 + n));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it("has each entry once where answers are lost", async () => {
    const append = createAppend(losing((write) => write % 2 === 0));
    const other = createAppend(store);
    for (let n = 0; n < 10; n++) {
      await append([change(n)]);
      if (n % 3 === 0) await other([change(100 + n)]);
    }
    const ids = (await readAll(start)).flatMap(({ changes }) => changes.map(({ id }) => id));
    expect(ids).toEqual([0, 100, 1, 2, 3, 103, 4, 5, 6, 106, 7, 8, 9, 109]);
  });

  it.each([
    ["all has expired", () => true, 0],
    ["its newest entry has expired first", (seq: number, newest: number) => seq === newest, 0],
    ["nothing has expired, and one writer's clock is slow", () => false, -120_000],
  ])("is begun anew after hours by one of several writers: %s", async (_, isGone, slowBy) => {
    const clock = { ...store, now: () => new Date(store.now().getTime() + slowBy) };
    const slow = createAppend(clock);
    const before = await slow([change(1)]);
    later += 2 * READABLE_MS + 60_000;
    await expire((seq) => isGone(seq, before));
    const writers = Array.from({ length: 8 }, () => createAppend(store));
    const numbers = await Promise.all(writers.map((write, at) => write([change(at)])));
    const first = Math.min(...numbers);
    expect(first).toBeGreaterThan(before);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 8 }, (_, at) => first + at),
    );
    // Whoever stands where the log was is told that there is a hole, and who remembers that place writes above it.
    expect(await readAfter(store, before)).toBeUndefined();
    expect(await slow([change(9)])).toBe(first + 8);
  });

  it("packs no more changes into an entry than an item holds, in any script", async () => {
    const longest = { ...change(1), action_ref: "𝒳".repeat(512) };
    const noise = () =>
      Array.from({ length: 512 }, () =>
        String.fromCodePoint(0x1_d4_00 + Math.trunc(Math.random() * 900)),
      ).join("");
    const changes = Array.from({ length: CHANGES_AN_ENTRY + 1 }, (_, id) => ({
      ...longest,
      ...{ id, action_ref: noise() },
    }));
    await appendAll(createAppend(store), changes);
    const entries = await readAll(start);
    expect(entries.map((entry) => entry.changes.length)).toEqual([CHANGES_AN_ENTRY, 1]);
    expect(entries.flatMap((entry) => entry.changes)).toEqual(changes);
  });
});

describe("reading after a number", () => {
  it("finds nothing at the head, and a hole before the log and in it", async () => {
    const append = createAppend(store);
    const last = await append([change(1)]);
    expect(await readAfter(store, last)).toEqual([]);
    expect(await readAfter(store, 1)).toBeUndefined();
    await append([change(2)]);
    const gone = { TableName: store.tables.LiveLog, Key: { lane: LANE, seq: last } };
    await store.client.send(new DeleteCommand(gone));
    expect(await readAfter(store, start)).toBeUndefined();
    await store.client.send(new DeleteCommand({ ...gone, Key: { lane: LANE, seq: last + 1 } }));
  });

  it("does not look at what is older than an hour, wherever expiry is", async () => {
    const last = await createAppend(store)([change(1)]);
    later += READABLE_MS + 60_000;
    expect(await readAfter(store, last - 1)).toBeUndefined();
    expect(await readAfter(store, last)).toEqual([]);
  });
});

it("a mark is moved by whoever knows where it is", async () => {
  expect(await readMark(store, "told")).toBeUndefined();
  expect(await moveMark(store, "told", 5, undefined)).toBe(true);
  expect(await moveMark(store, "told", 6, undefined)).toBe(false);
  expect(await moveMark(store, "told", 7, 5)).toBe(true);
  expect(await moveMark(store, "told", 8, 5)).toBe(false);
  expect(await readMark(store, "told")).toBe(7);
});
