import { randomBytes } from "node:crypto";
import type { LogLine } from "@attune/domain/logs";
import { appendLines } from "@attune/store/logs/append-lines";
import { ChunkItem } from "@attune/store/logs/chunk";
import {
  type LogPage,
  type Place,
  readLines,
  readPage,
  THE_END,
} from "@attune/store/logs/read-lines";
import type { Store } from "@attune/store/store";
import { finish } from "@attune/store/transitions";
import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linesFrom, startLogs } from "./world.ts";

let world: Awaited<ReturnType<typeof startLogs>>;
let store: Store;
beforeAll(async () => {
  world = await startLogs();
  ({ store } = world);
});
afterAll(() => world.stop());

async function chunksOf(execution: number): Promise<ChunkItem[]> {
  const { Items = [] } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.Logs,
      KeyConditionExpression: "execution = :execution",
      ExpressionAttributeValues: { ":execution": execution },
    }),
  );
  return Items.map((item) => ChunkItem.parse(item));
}

/** All pages one after the other, in either direction; the lines in their order. */
async function readAll(id: number, isUp: boolean, limit: number, stream?: LogLine["stream"]) {
  const pages: LogPage[] = [];
  let place: Place = isUp ? { after: 0 } : { before: THE_END };
  for (let more = true; more; ) {
    const page = await readPage(store, id, place, { limit, stream });
    expect(page.lines.length).toBeLessThanOrEqual(limit);
    pages.push(page);
    place = isUp ? { after: page.to } : { before: page.from };
    ({ more } = page);
  }
  return (isUp ? pages : pages.reverse()).flatMap(({ lines }) => lines);
}

describe("a log", () => {
  it("is what was appended first, whatever comes twice, overlaps or comes too early", async () => {
    const batch = fc.record({
      back: fc.integer({ min: -2, max: 12 }),
      count: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(batch, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 7 }),
        async (batches, limit) => {
          const hold = await world.claimed();
          const model: LogLine[] = [];
          for (const [at, { back, count }] of batches.entries()) {
            const first = Math.max(1, model.length + 1 - back);
            const lines = linesFrom(first, count, ` of batch ${at}`);
            const appended = await appendLines(store, hold, lines);
            const isAhead = first > model.length + 1;
            if (!isAhead) model.push(...lines.filter(({ seq }) => seq > model.length));
            expect(appended).toMatchObject({
              is: isAhead ? "ahead" : "appended",
              end: { last: model.length, truncated: false },
            });
          }
          for (const isUp of [true, false]) {
            expect(await readAll(hold.id, isUp, limit)).toEqual(model);
            expect(await readAll(hold.id, isUp, limit, "stderr")).toEqual(
              model.filter(({ stream }) => stream === "stderr"),
            );
          }
          const [from, to] = [1 + (limit % 4), Math.max(1, model.length - limit)];
          expect(await readLines(store, hold.id, { from, to })).toEqual(
            model.slice(from - 1, Math.max(from - 1, to)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is not written over by a writer that had read it before another one came", async () => {
    const hold = await world.claimed();
    const { promise: read, resolve } = Promise.withResolvers<void>();
    const send = store.client.send.bind(store.client);
    const slow: Store["client"] = Object.create(store.client, {
      send: {
        value: async (command: Parameters<typeof send>[0]) => {
          if (command instanceof PutCommand) {
            resolve();
            await written;
          }
          return send(command);
        },
      },
    });
    const late = appendLines({ ...store, client: slow }, hold, linesFrom(1, 2, " of the late"));
    const written = read.then(() => appendLines(store, hold, linesFrom(1, 3)));
    expect(await late).toMatchObject({ is: "appended", end: { last: 3 } });
    expect(await readAll(hold.id, true, 100)).toEqual(linesFrom(1, 3));
  });

  it("is written once by writers that come at the same time", async () => {
    const hold = await world.claimed();
    const batches = Array.from({ length: 8 }, (_, at) => linesFrom(1, 5 + at, ` of ${at}`));
    const appended = await Promise.all(batches.map((lines) => appendLines(store, hold, lines)));
    expect(new Set(appended.map(({ is }) => is))).toEqual(new Set(["appended"]));
    const lines = await readAll(hold.id, true, 100);
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    const bytes = lines.reduce((sum, { text }) => sum + text.length, 0);
    expect((await chunksOf(hold.id)).at(-1)).toMatchObject({ last: 12, bytes });
  });

  it("is empty where nobody has written", async () => {
    const { id } = await world.claimed();
    expect(await readPage(store, id, { after: 0 }, { limit: 5 })).toEqual({
      ...{ lines: [], isUnknown: true, from: 1, to: 0 },
      ...{ more: false, truncated: false },
    });
    expect(await readLines(store, id, { from: 1, to: 9 })).toEqual([]);
  });

  it("says which of its lines a page looked at, and whether there is more", async () => {
    const hold = await world.claimed();
    for (const seq of [1, 4, 7]) await appendLines(store, hold, linesFrom(seq, 3));
    const read = (place: Place, limit: number) => readPage(store, hold.id, place, { limit });
    expect(await read({ after: 2 }, 4)).toMatchObject({ from: 3, to: 6, more: true });
    expect(await read({ after: 6 }, 3)).toMatchObject({ from: 7, to: 9, more: false });
    expect(await read({ after: 9 }, 3)).toMatchObject({ from: 10, to: 9, more: false });
    expect(await read({ before: 8 }, 4)).toMatchObject({ from: 4, to: 7, more: true });
    expect(await read({ before: 4 }, 3)).toMatchObject({ from: 1, to: 3, more: false });
    expect(await read({ before: THE_END }, 2)).toMatchObject({ from: 8, to: 9, more: true });
  });

  it("takes lines of its worker alone, and for as long as a claim lives after the end", async () => {
    const hold = await world.claimed();
    const append = (given: Partial<typeof hold>, now = store.now(), seq = 1) =>
      appendLines({ ...store, now: () => now }, { ...hold, ...given }, linesFrom(seq, 1));
    expect(await append({ worker: 8 })).toMatchObject({ is: "refused", current: { executor: 7 } });
    expect(await append({ attempt: 2 })).toMatchObject({ is: "refused", current: { attempt: 1 } });
    expect(await append({ id: 1 })).toEqual({ is: "refused", current: undefined });
    const ended = await finish(store, hold, "completed", null);
    if (!ended.ok) throw new Error("It is not finished");
    const later = (ms: number) => new Date(Date.parse(ended.record.updated) + ms);
    const lease = 1_000 * store.limits.LEASE_SECONDS;
    expect(await append({}, later(lease))).toMatchObject({ is: "appended" });
    expect(await append({}, later(lease + 1), 2)).toMatchObject({ is: "refused" });
    expect(await readAll(hold.id, true, 5)).toEqual(linesFrom(1, 1));
  });

  it("says that it was cut, once, and takes no more", async () => {
    const hold = await world.claimed();
    const text = "x".repeat(1_048_576);
    const [line] = linesFrom(1, 1);
    if (line === undefined) throw new Error("no line");
    for (let seq = 1; seq <= 10; seq++)
      expect(await appendLines(store, hold, [{ ...line, seq, text }])).toMatchObject({
        end: { last: seq, truncated: false },
      });
    for (const _ of [1, 2])
      expect(await appendLines(store, hold, linesFrom(11, 2))).toEqual({
        is: "appended",
        end: expect.objectContaining({ last: 10, truncated: true }),
      });
    expect(await chunksOf(hold.id)).toHaveLength(11);
    const end = await readPage(store, hold.id, { after: 9 }, { limit: 5 });
    expect(end).toMatchObject({ from: 10, to: 10, more: false, truncated: true });
    const past = await readPage(store, hold.id, { after: 10 }, { limit: 5 });
    expect(past).toMatchObject({ lines: [], isUnknown: false, truncated: true });
    const last = await readPage(store, hold.id, { before: THE_END }, { limit: 1 });
    expect(last).toMatchObject({ from: 10, more: true, truncated: true });
    const middle = await readPage(store, hold.id, { before: 10 }, { limit: 1 });
    expect(middle).toMatchObject({ from: 9, truncated: false });
    // No more than a page may have, and never nothing.
    const first = await readPage(store, hold.id, { after: 0 }, { limit: 100 });
    expect(first).toMatchObject({ from: 1, to: 1, more: true, truncated: false });
  }, 30_000);

  it("has in S3 what no item holds", async () => {
    const hold = await world.claimed();
    const lines = linesFrom(1, 60).map((line) => ({
      ...line,
      text: randomBytes(7_500).toString("base64"),
    }));
    await appendLines(store, hold, lines);
    await appendLines(store, hold, linesFrom(61, 1));
    const [large, small] = await chunksOf(hold.id);
    expect(large).toMatchObject({
      seq: 1,
      last: 60,
      object: expect.stringMatching(`^${hold.id}/1/`),
    });
    expect(large).not.toHaveProperty("data");
    expect(small).not.toHaveProperty("object");
    const all = [...lines, ...linesFrom(61, 1)];
    expect(await readAll(hold.id, true, 1_000)).toEqual(all);
    expect(await readAll(hold.id, false, 1_000)).toEqual(all);
  });

  it("expires where the stage says so", async () => {
    const hold = await world.claimed();
    const now = new Date("2026-11-23T00:00:00.500Z");
    await appendLines({ ...store, now: () => now, logDays: 30 }, hold, linesFrom(1, 1));
    await appendLines(store, hold, linesFrom(2, 1));
    const [first, second] = await chunksOf(hold.id);
    expect(first?.expires).toBe(Date.parse("2026-12-23T00:00:01Z") / 1_000);
    expect(second).not.toHaveProperty("expires");
    const linesAt = async (time: string) => {
      const then = { ...store, now: () => new Date(time) };
      return (await readPage(then, hold.id, { after: 0 }, { limit: 5 })).lines;
    };
    expect(await linesAt("2026-12-23T00:00:00.999Z")).toEqual(linesFrom(1, 2));
    expect(await linesAt("2026-12-23T00:00:01.000Z")).toEqual(linesFrom(2, 1));
  });
});
