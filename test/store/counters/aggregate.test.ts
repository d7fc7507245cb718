import { packOf } from "@attune/domain/execution";
import { createdOf } from "@attune/domain/ids";
import { aggregate, groupings, type Question } from "@attune/store/counters/aggregate";
import { countChanges } from "@attune/store/counters/count-changes";
import { readActions, readPacks } from "@attune/store/counters/directory";
import { type Interval, intervals } from "@attune/store/counters/read-series";
import type { Store } from "@attune/store/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliveries, type Left } from "../../fixtures/deliveries.ts";
import { startStore } from "../../fixtures/store.ts";

const EPOCH = Date.UTC(2024, 0, 1);
/** After all that the deliveries create. */
const NOW = Date.UTC(2027, 2, 4, 5, 6, 7);
const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const ends = ["completed", "cancelled", "failed", "timeout", "abandoned"] as const;

const createdAt = ({ id }: Left) => Date.parse(createdOf(id));
const iso = (ms: number) => new Date(ms).toISOString();

/** What is exact, and apart from it the durations, sorted. */
function modelRow(some: readonly Left[]) {
  const count = (...statuses: readonly string[]) =>
    some.filter(({ status }) => statuses.includes(status)).length;
  const ended = count(...ends);
  return {
    total: some.length,
    ...Object.fromEntries(ends.map((status) => [status, count(status)])),
    unfinished: some.length - ended,
    failure_rate: ended === 0 ? null : count("failed", "timeout", "abandoned") / ended,
    durations: some.flatMap(({ duration }) => duration ?? []).toSorted((a, b) => a - b),
  };
}

/** The rows of some executions, by looking at each of them. */
function modelRows(some: readonly Left[], groupBy: Question["groupBy"]): object[] {
  if (groupBy === undefined) return [modelRow(some)];
  const groups = Map.groupBy(some, ({ status, membership: { action_ref } }) =>
    groupBy === "status"
      ? (ends.find((end) => end === status) ?? "unfinished")
      : groupBy === "pack_name"
        ? packOf(action_ref)
        : action_ref,
  );
  const order = (name: string) =>
    groupBy === "status" ? [...ends, "unfinished"].indexOf(name) : 0;
  return [...groups]
    .flatMap(([name, members]) => (name === undefined ? [] : [{ name, members }]))
    .toSorted((a, b) => order(a.name) - order(b.name) || (a.name < b.name ? -1 : 1))
    .map(({ name, members }) =>
      groupBy === "status"
        ? { status: name, total: members.length }
        : { [groupBy]: name, ...modelRow(members) },
    );
}

function model(left: readonly Left[], { since = EPOCH, until = NOW, interval, groupBy }: Question) {
  const length = lengths[interval ?? "hour"];
  const from = EPOCH + Math.floor((Math.max(since, EPOCH) - EPOCH) / length) * length;
  const below = EPOCH + Math.ceil((Math.min(until, NOW) - EPOCH) / length) * length;
  const within = (start: number, end: number) =>
    left.filter((one) => createdAt(one) >= start && createdAt(one) < end);
  if (interval === undefined)
    return {
      ...{ since: iso(from), until: iso(below) },
      rows: modelRows(within(from, below), groupBy),
    };
  const rows: object[] = [];
  for (let start = from; start < below; start += length)
    for (const row of modelRows(within(start, start + length), groupBy))
      rows.push({ since: iso(start), ...row });
  return { since: iso(from), until: iso(below), rows };
}

const percentiles = { p50: 50, p90: 90, p99: 99 } as const;

/** Compares what is exact exactly, and percentiles to within 9.1 %. */
function expectRows(rows: readonly object[], wanted: readonly object[], interval?: Interval) {
  const exact = rows.map((row) => ({ ...row, duration_seconds: undefined }));
  expect(exact).toEqual(wanted.map((row) => ({ ...row, durations: undefined })));
  for (const [at, row] of rows.entries()) {
    const durations: number[] = Object(wanted[at]).durations ?? [];
    const said = Object(row).duration_seconds;
    if (durations.length === 0 || (interval && !intervals[interval].hasDurations)) {
      expect(said ?? null).toBeNull();
      continue;
    }
    for (const [name, percent] of Object.entries(percentiles)) {
      const exactly = durations[Math.ceil((percent * durations.length) / 100) - 1] ?? Number.NaN;
      expect(Math.abs(said[name] * 1_000 - exactly)).toBeLessThanOrEqual(exactly * 0.091 + 1);
    }
  }
}

describe.each([1, 4])("aggregations, with %i shards", (shards) => {
  let fixture: Awaited<ReturnType<typeof startStore>>;
  let store: Store;
  beforeAll(async () => {
    fixture = await startStore();
    store = { ...fixture.store, shards, now: () => new Date(NOW) };
  });
  afterAll(() => fixture.stop());

  const left: Left[] = [];
  let serial = 0;

  const question = fc.record({
    interval: fc.option(fc.constantFrom(...(Object.keys(lengths) as Interval[])), {
      nil: undefined,
    }),
    groupBy: fc.option(fc.constantFrom(...groupings), { nil: undefined }),
    near: fc.nat(),
    before: fc.nat({ max: 400 }).map((tenths) => tenths / 10),
    after: fc.nat({ max: 400 }).map((tenths) => tenths / 10),
    isOpen: fc.boolean(),
  });

  it("equal a plain model", async () => {
    await fc.assert(
      fc.asyncProperty(
        deliveries,
        fc.array(question, { minLength: 20, maxLength: 20 }),
        async (some, questions) => {
          for (const [at, batch] of some.batches(serial, `${serial}-`).entries())
            await countChanges(store, batch, at % shards);
          left.push(...some.left(serial));
          serial += some.lives.length;
          for (const { interval, groupBy, near, before, after, isOpen } of questions) {
            const one = left[near % left.length];
            const at = one === undefined ? EPOCH : createdAt(one);
            const length = lengths[interval ?? "day"];
            const asked: Question =
              interval === undefined && isOpen
                ? { groupBy }
                : {
                    ...{ interval, groupBy },
                    since: Math.floor(at - before * length),
                    until: Math.floor(at + after * length) + 1,
                  };
            const { rows, ...extent } = await aggregate(store, asked);
            const wanted = model(left, asked);
            expect(extent).toEqual({ since: wanted.since, until: wanted.until });
            expectRows(rows, wanted.rows, interval);
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it.each(["minute", "hour", "day"] as const)(
    "by the %s are of the latest that an answer may have, where no beginning is said",
    async (interval) => {
      const { since, until, rows } = await aggregate(store, { interval });
      const length = lengths[interval];
      const end = Math.ceil(NOW / length) * length;
      expect({ since, until }).toEqual({ since: iso(end - 1_000 * length), until: iso(end) });
      expect(rows).toHaveLength(1_000);
      const grouped = await aggregate(store, { interval, groupBy: "action_ref" });
      // Those of deleted executions as well: the directory never forgets one.
      const actions = await readActions(store, [undefined, ...(await readPacks(store))]);
      expect(grouped).toMatchObject({
        since: iso(end - Math.floor(1_000 / actions.length) * length),
        until: iso(end),
      });
      const early = await aggregate(store, { interval: "day", until: EPOCH + 3 * lengths.day });
      expect(early.rows).toHaveLength(3);
    },
  );

  it("refuse what would have too many rows, and a time that ends before it begins", async () => {
    await expect(aggregate(store, { interval: "day", since: EPOCH })).rejects.toMatchObject({
      status: 400,
      message:
        "These are 1159 intervals of 1 groups, and an answer has 1000 of both at most: ask for less time, or for longer intervals",
    });
    await expect(aggregate(store, { since: NOW, until: NOW })).rejects.toMatchObject({
      status: 400,
      message: "since must be before until",
    });
  });
});
