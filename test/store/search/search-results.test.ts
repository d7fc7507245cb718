import { createHash } from "node:crypto";
import { isFinal, Status } from "@attune/domain/lifecycle";
import { compactSegments } from "@attune/store/search/compact-segments";
import { saveSegments } from "@attune/store/search/save-segments";
import type { Store } from "@attune/store/store";
import { DeleteCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startStore } from "../../fixtures/store.ts";
import { expected, found, idAt, type Known, START_MS, storeExecutions } from "./world.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());

async function empty({ client }: Store, table: string, keys: readonly string[]) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  await Promise.all(
    Items.map((item) => {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      return client.send(new DeleteCommand({ TableName: table, Key }));
    }),
  );
}

async function clear(store: Store) {
  await empty(store, store.tables.Segments, ["partition", "chunk"]);
  await empty(store, store.tables.Executions, ["id"]);
}
beforeEach(() => clear(fixture.store));

/** What folds oddly, what is a wildcard elsewhere, what JSON escapes. */
const words = [
  "İstanbul",
  "STRASSE straße",
  "ΟΔΥΣΣΕΥΣ",
  "100%",
  "a_b",
  "AXB",
  "\n",
  '"',
  "😀",
  "ﬀ",
] as const;
/** Text that no packing makes small. */
const noise = (seed: number) =>
  Array.from({ length: 5 }, (_, at) =>
    createHash("sha512").update(`${seed}-${at}`).digest("base64"),
  ).join("");

const text = fc.oneof(
  fc
    .tuple(fc.constantFrom(...words), fc.nat(), fc.string())
    .map(([word, seed, value]) => JSON.stringify({ [word]: `${noise(seed)} ${value}` })),
  fc.constantFrom("null", '""', "{}", " [ 1,\n 2 ] ", "1e400"),
  fc
    .tuple(fc.constantFrom(...words), fc.constantFrom(3_000, 70_000, 400_000))
    .map(([word, size]) => JSON.stringify(`${"y".repeat(size)}${word}`)),
);
const maybe = (limit: number) => fc.option(fc.integer({ min: 1, max: limit }), { nil: undefined });

/** Seconds from the first execution: some minutes, hours, days, and more than one window of each level. */
const seconds = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 120 }) },
  ...[3_600, 86_400, 8_640_000].map((max) => ({
    weight: 1,
    arbitrary: fc.integer({ min: 0, max }),
  })),
);

const executions = fc.array(
  fc.record({
    seconds,
    status: fc.constantFrom(...Status.options.filter(isFinal)),
    action_ref: fc.constantFrom("core.echo", "core.sleep", "aws.ec2.start", "lonely"),
    enforcement: maybe(3),
    parent: maybe(3),
    executor: maybe(3),
    original_execution: maybe(2),
    text: fc.option(text, { nil: undefined, freq: 9 }),
  }),
  { minLength: 1, maxLength: 80 },
);

const search = fc.record({
  filter: fc.record(
    {
      result_contains: fc.oneof(
        fc.constantFrom("i̇", "İ", "ß", "SS", "σευς", "ς", "%", "_", "a_b", "NULL", '"', "", "\\n"),
        fc.constantFrom("😀", "yyi", "yya"),
        fc.string({ minLength: 1, maxLength: 2 }),
      ),
      pack_name: fc.constantFrom("core", "aws"),
      enforcement: fc.integer({ min: 1, max: 3 }),
      parent: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ["result_contains"] },
  ),
  range: fc.record(
    { from: seconds.map((at) => idAt(at, 40)), below: seconds.map((at) => idAt(at, 40)) },
    { requiredKeys: [] },
  ),
  order: fc.constantFrom("newest", "oldest"),
  /** Chunks after which it is begun anew, as with a cursor. */
  stopAfter: fc.integer({ min: 1, max: 3 }),
});

/** A batch of the stream, or a compaction so many seconds after the first execution. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ deliver: fc.array(fc.nat({ max: 79 }), { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ compactAt: seconds }) },
);

/** As many newer executions as a search looks at beside the segments, none of them over. */
const crowd: Known[] = Array.from({ length: 100 }, (_, at) => ({
  id: idAt(9_000_000 + at),
  status: "running",
  action_ref: "core.sleep",
}));

describe("a search", () => {
  it.each([1, 3])(
    "finds what filtering finds, whatever is delivered and compacted when, in %i shards",
    async (shards) => {
      const store: Store = { ...fixture.store, shards };
      const property = fc.asyncProperty(
        executions,
        fc.array(step, { minLength: 2, maxLength: 8 }),
        fc.array(search, { minLength: 3, maxLength: 3 }),
        async (drawn, steps, searches) => {
          const all = drawn.map(({ seconds: at, ...facts }, slot) => ({
            ...facts,
            id: idAt(at, slot),
          }));
          await storeExecutions(store, crowd);
          const finals = await storeExecutions(store, all);
          const delivered = new Set<number>();
          for (const one of steps) {
            if ("deliver" in one) {
              const batch = finals.filter((_, at) => one.deliver.includes(at));
              await saveSegments(store, batch);
              for (const { id } of batch) delivered.add(id);
            } else {
              const now = () => new Date(START_MS + one.compactAt * 1_000);
              await compactSegments({ ...store, now }, 0);
            }
            const known = all.filter(({ id }) => delivered.has(id));
            for (const { filter, range, order, stopAfter } of searches) {
              const { ids } = await found(store, filter, range, order, stopAfter);
              expect(ids).toEqual(expected(known, filter, range, order));
            }
          }
        },
      );
      await fc.assert(
        property.afterEach(() => clear(store)),
        { numRuns: 15 },
      );
    },
  );
});
