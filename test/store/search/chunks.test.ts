import { randomBytes } from "node:crypto";
import { type Chunk, chunkBatch, settle } from "@attune/store/search/chunks";
import { planCompaction } from "@attune/store/search/compact-segments";
import { type Line, pack, unpack } from "@attune/store/search/lines";
import { idOfSortable, settledLevels, windowOf } from "@attune/store/search/windows";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idAt } from "./world.ts";

const MINUTE = 60;
const DAY = 86_400;
/** What DynamoDB takes as one item. */
const ITEM_BYTES = 400 * 1_024;

const lineOf = (id: number, more: Partial<Line> = {}): Line => ({
  id,
  status: "completed",
  action_ref: "core.echo",
  enforcement: null,
  parent: null,
  executor: 7,
  original_execution: null,
  text: '{"sent":true}',
  elsewhere: 0,
  ...more,
});
/** Some 400 bytes that no packing makes small. */
const noisy = (id: number) => lineOf(id, { text: randomBytes(400).toString("hex") });

const line = fc
  .record({
    // As an id: from some minutes to some months after the first.
    id: fc
      .tuple(fc.constantFrom(100, 3_600, DAY, 100 * DAY), fc.nat(), fc.nat({ max: 4_095 }))
      .map(([within, seconds, slot]) => idAt(seconds % within, slot)),
    status: fc.constantFrom("completed" as const, "failed" as const),
    action_ref: fc.string({ minLength: 1, unit: "binary" }),
    enforcement: fc.option(fc.maxSafeInteger()),
    parent: fc.option(fc.maxSafeInteger()),
    executor: fc.option(fc.maxSafeInteger()),
    original_execution: fc.option(fc.maxSafeInteger()),
    text: fc.option(
      fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("\n", "", '"\n"'),
        fc.base64String({ minLength: 500, maxLength: 2_000 }),
      ),
    ),
    elsewhere: fc.nat(),
  })
  .map((one): Line => one);

const byId = (one: Line, other: Line) => one.id - other.id;
const unique = (lines: readonly Line[]) =>
  [...new Map(lines.map((one) => [one.id, one])).values()].sort(byId);

describe("lines", () => {
  it("come back as they went in", () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(unpack(pack(lines))).toEqual(lines);
      }),
    );
  });
});

describe("chunks", () => {
  const linesOf = (chunks: readonly Chunk[]) => chunks.flatMap(({ data }) => unpack(data));

  it("of a batch hold each of its executions once", () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(linesOf(chunkBatch(lines, idAt(DAY))).sort(byId)).toEqual(unique(lines));
      }),
    );
  });

  it("of a compaction hold each execution once that does not wait, and lie in one window each", () => {
    fc.assert(
      fc.property(fc.array(line), fc.nat({ max: 200 * DAY }), (lines, seconds) => {
        const { chunks, waiting } = settle(lines, idAt(seconds));
        expect([...linesOf(chunks), ...waiting].sort(byId)).toEqual(unique(lines));
        for (const { level, key, data } of chunks) {
          const ids = unpack(data).map(({ id }) => id);
          expect(idOfSortable(key)).toBe(Math.max(...ids));
          expect(new Set(ids.map((id) => windowOf(level, id).from)).size).toBe(1);
        }
      }),
    );
  });

  it("have the same keys when the same batch comes again, in whatever order", () => {
    const lines = Array.from({ length: 300 }, (_, at) => noisy(idAt(at)));
    const keysOf = (some: readonly Line[]) =>
      chunkBatch(some, idAt(300)).map(({ level, key }) => `${level} ${key}`);
    expect(keysOf(lines).length).toBeGreaterThan(3);
    expect(keysOf(lines.toReversed())).toEqual(keysOf(lines));
  });

  it("fit an item, whatever the results are", () => {
    // Random characters of three bytes each, as long as a result may be that is packed.
    const wide = () =>
      Array.from(randomBytes(21_000), (byte) => String.fromCharCode(0x4e00 + 80 * byte)).join("");
    const lines = Array.from({ length: 30 }, (_, at) =>
      lineOf(idAt(0, at), { text: wide(), action_ref: "\u0001".repeat(512) }),
    );
    const sizes = [...chunkBatch(lines, idAt(DAY)), ...settle(lines, idAt(DAY)).chunks].map(
      ({ key, data }) => key.length + data.length + 100,
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(ITEM_BYTES);
  });

  it("of a batch are one for each dense window, and one for the rest", () => {
    const dense = Array.from({ length: 20 }, (_, at) => noisy(idAt(10, at)));
    const sparse = [lineOf(idAt(300)), lineOf(idAt(DAY))];
    const levels = chunkBatch([...sparse, ...dense], idAt(DAY)).map(({ level }) => level);
    expect(levels).toEqual(["1", "inbox"]);
  });

  it("of a batch settle at once where it brings a past, and leave next to nothing in the inbox", () => {
    const every = Array.from({ length: 1_000 }, (_, at) => noisy(idAt(30 * at)));
    const chunks = chunkBatch(every, idAt(100 * DAY));
    const inbox = chunks.filter(({ level }) => level === "inbox");
    expect(linesOf(inbox).length).toBeLessThan(20);
    expect(new Set(chunks.map(({ level }) => level))).toContain("2");
  });

  it.each([
    { every: 1, of: "a second", level: "1" },
    { every: 20, of: "twenty seconds", level: "2" },
    { every: 300, of: "five minutes", level: "3" },
    { every: 4 * 3_600, of: "four hours", level: "4" },
    { every: 2 * DAY, of: "two days", level: "5" },
  ])(
    "settle in the shortest window that has enough: one every $of, at level $level",
    ({ every, level }) => {
      // From the start of a window of the highest level, half of it.
      const { from, below } = windowOf("5", idAt(50 * DAY));
      const gap = every * 1_000 * 4_096;
      const count = Math.min(300, Math.floor((below - from) / gap));
      const lines = Array.from({ length: count }, (_, at) => noisy(from + at * gap));
      const { chunks, waiting } = settle(lines, below + 10 * MINUTE * 1_000 * 4_096);
      const levels = new Set(chunks.map((chunk) => chunk.level));
      expect(levels).toContain(level);
      // What begins or ends in the middle of a window settles above it.
      expect([...levels].every((one) => one >= level)).toBe(true);
      expect(waiting.length).toBeLessThan(count / 2);
    },
  );

  it("wait while their window may get more", () => {
    const lines = Array.from({ length: 4 }, (_, at) => noisy(idAt(0, at)));
    const { from, below } = windowOf("1", idAt(0));
    expect(settle(lines, from).waiting).toHaveLength(4);
    for (const level of settledLevels) {
      const over = settle(lines, windowOf(level, idAt(0)).below + below - from);
      expect(over).toEqual({ chunks: [], waiting: expect.arrayContaining(lines) });
    }
  });
});

describe("a plan of a compaction", () => {
  const dense = Array.from({ length: 20 }, (_, at) => noisy(idAt(0, at)));
  const lone = lineOf(idAt(DAY));
  const newest = idAt(2 * MINUTE);

  it("leaves alone what waits", () => {
    expect(planCompaction([{ key: "a", lines: [lone] }], newest)).toEqual({ put: [], remove: [] });
  });

  it("removes a chunk once its lines are in others, those that wait included", () => {
    const inbox = [
      { key: "a", lines: dense.slice(0, 10) },
      { key: "b", lines: [...dense.slice(10), lone] },
      { key: "c", lines: [lineOf(idAt(2 * DAY))] },
    ];
    const { put, remove } = planCompaction(inbox, newest);
    expect(put.map(({ level, data }) => ({ level, lines: unpack(data) }))).toEqual([
      { level: "1", lines: dense },
      { level: "inbox", lines: [lone] },
    ]);
    expect(remove).toEqual(["a", "b"]);
  });

  it("removes nothing that it puts", () => {
    const [rest] = planCompaction([{ key: "a", lines: [...dense, lone] }], newest).put.slice(-1);
    const inbox = [
      { key: "a", lines: [...dense, lone] },
      { key: rest?.key ?? "", lines: [lone] },
    ];
    expect(planCompaction(inbox, newest).remove).toEqual(["a"]);
  });
});
