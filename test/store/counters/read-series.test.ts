import { idOf } from "@attune/domain/ids";
import { aggregate } from "@attune/store/counters/aggregate";
import { lengths } from "@attune/store/counters/buckets";
import { countChanges } from "@attune/store/counters/count-changes";
import { durationBucketOf } from "@attune/store/counters/durations";
import type { Change } from "@attune/store/counters/fold";
import { readSeries, type Slot } from "@attune/store/counters/read-series";
import { isOfTops, type Lasting, lastingFieldsOf } from "@attune/store/counters/tally";
import { metered } from "@attune/store/recount/meter";
import type { Store } from "@attune/store/store";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../fixtures/random.ts";
import { startStore } from "../../fixtures/store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EPOCH = Date.UTC(2024, 0, 1);
/** The time that has executions: from the middle of a month of 32 days to the second year of twelve of them. */
const SINCE = EPOCH + 20 * DAY_MS;
const DAYS = 500;
const NOW = SINCE + DAYS * DAY_MS;

const random = randomFrom(1);
const statuses = ["completed", "completed", "completed", "failed", "timeout", "running"] as const;

/** One in thirteen hours, oldest first, each with a last change of its own. */
const changes: readonly Change[] = Array.from({ length: 900 }, (_, at) => {
  const status = random.pick(statuses);
  const created = SINCE + Math.floor(((at + random.next()) * DAYS * DAY_MS) / 900);
  return {
    ...{ id: idOf(created, at % 4_096), version: 1, status, ledger: `page-${Math.floor(at / 60)}` },
    membership: { action_ref: random.pick(["core.echo", "core.sleep", "lonely"]) },
    ...(status === "running" ? {} : { duration: 1.2 ** random.below(40) }),
  };
});

const counters = [
  { kind: "all" },
  { kind: "pack", of: "core" },
  { kind: "action", of: "lonely" },
] as const;

const slotIds = { none: Number.POSITIVE_INFINITY, hour: lengths.hour, day: lengths.day } as const;

const add = <K>(sums: Map<K, number>, key: K) => sums.set(key, (sums.get(key) ?? 0) + 1);
const sorted = (sums: ReadonlyMap<string | number, number>) =>
  [...sums].filter(([, n]) => n !== 0).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

/** Slots as they have to be, by looking at each execution. */
function modelOf(
  counter: (typeof counters)[number],
  extent: { from: number; below: number },
  length: number,
) {
  const slots = new Map<number, { counts: Map<Lasting, number>; durations: Map<number, number> }>();
  for (const { id, status, membership, duration } of changes) {
    const isOf =
      counter.kind === "all" ||
      (counter.kind === "action" && membership.action_ref === counter.of) ||
      (counter.kind === "pack" && membership.action_ref.startsWith(`${counter.of}.`));
    if (!isOf || status === null || id < extent.from || id >= extent.below) continue;
    const start = length === Number.POSITIVE_INFINITY ? extent.from : id - (id % length);
    const slot = slots.get(start) ?? { counts: new Map(), durations: new Map() };
    slots.set(start, slot);
    for (const field of lastingFieldsOf(membership, status))
      if (!isOfTops(field)) add(slot.counts, field);
    if (duration !== undefined) add(slot.durations, durationBucketOf(duration));
  }
  return [...slots].map(([start, slot]) => plain(start, slot));
}

const plain = (start: number, { counts, durations }: Slot) => ({
  start,
  counts: sorted(counts),
  durations: sorted(durations),
});

let fixture: Awaited<ReturnType<typeof startStore>>;
let store: Store;
beforeAll(async () => {
  fixture = await startStore();
  store = { ...fixture.store, now: () => new Date(NOW) };
  // Each batch spills what the one before it has left: the last one stays in the heads.
  for (let at = 0; at < changes.length; at += 60)
    await countChanges(store, changes.slice(at, at + 60));
}, 60_000);
afterAll(() => fixture.stop());

/** Hours of the time that has executions, and of some before and after it. */
const anyHour = fc.nat({ max: (DAYS + 40) * 24 });

it.each(["none", "hour", "day"] as const)(
  "some time is what a plain model says, from any hour to any other, with the interval %s",
  async (interval) => {
    const length = slotIds[interval];
    const unit = interval === "day" ? 24 : 1;
    await fc.assert(
      fc.asyncProperty(anyHour, anyHour, async (one, other) => {
        const [from = 0, below = 0] = [one, other]
          .toSorted((a, b) => a - b)
          .map((hours) => Math.floor(hours / unit) * unit * lengths.hour);
        const extent = { from, below, ...(interval === "none" ? {} : { interval }) };
        const series = await readSeries(store, counters, extent, true);
        for (const counter of counters)
          expect([...series(counter)].map(([start, slot]) => plain(start, slot))).toEqual(
            modelOf(counter, extent, length),
          );
      }),
      { numRuns: interval === "none" ? 60 : 12 },
    );
  },
  60_000,
);

describe("read units", () => {
  const at = (days: number, hours = 0) => EPOCH + days * DAY_MS + hours * HOUR_MS;
  const unitsOf = async (question: Parameters<typeof aggregate>[1]) => {
    const meter = metered(store);
    await aggregate(meter.store, question);
    return meter.units();
  };

  // Half a unit each: the head, counts of a year and of four days that an end cuts, durations.
  it.each([
    ["thirty days", { since: at(45), until: at(75) }, 1 + 1 + 2 + 5],
    ["thirty days that end with eight", { since: at(50), until: at(80) }, 1 + 1 + 1 + 4],
    ["thirty days, cut by hours", { since: at(45, 7), until: at(75, 9) }, 1 + 1 + 2 + 5 + 2],
    ["a month of 32 days", { since: at(64), until: at(96) }, 1 + 1 + 1],
    ["three months of 30 days", { since: at(45), until: at(135) }, 1 + 1 + 2 + 3 + 2 + 1],
    ["how thirty days ended", { since: at(45), until: at(75), groupBy: "status" }, 1 + 1 + 2],
    ["days of thirty days", { since: at(45), until: at(75), interval: "day" }, 1 + 8 + 5],
    ["hours of a day", { since: at(45), until: at(46), interval: "hour" }, 1 + 1 + 1],
  ] as const)("of %s", async (_, question, items) => {
    expect(await unitsOf(question)).toBe(items / 2);
  });

  it("of each action in thirty days are those of its items and of the directory", async () => {
    const question = { since: at(45), until: at(75), groupBy: "action_ref" } as const;
    expect(await unitsOf(question)).toBe((3 * (1 + 1 + 2 + 5) + 3) / 2);
  });
});
