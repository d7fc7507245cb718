/**
 * Pages anywhere in lists of thousands, by number and by cursor, whole and cut anywhere: what is near is walked to, what is
 * far is located, and rows come from wherever they cost least. They are those of a plain model.
 */
import { type Filter, meets, namesOf } from "@attune/domain/filter";
import { type IdRange, SLOTS } from "@attune/domain/ids";
import type { Status } from "@attune/domain/lifecycle";
import { countChanges } from "@attune/store/counters/count-changes";
import { listExecutions } from "@attune/store/list/list-executions";
import type { Listed, ListRequest } from "@attune/store/list/request";
import type { Store } from "@attune/store/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Random, randomFrom } from "../../fixtures/random.ts";
import { startStore } from "../../fixtures/store.ts";
import { idAt, type Known, START_MS, storeExecutions } from "../search/world.ts";

const seed = Number(process.env.SEED ?? 20_261_123);
const LISTS = Number(process.env.LISTS ?? 200);

const DAY = 86_400;
const DAYS = 14;
const actions = ["a.one", "a.two", "a.three", "b.one", "b.two", "c.one"] as const;
const statuses: readonly [Status, ...Status[]] = [
  "completed",
  ...Array.from({ length: 15 }, () => "completed" as const),
  ...(["failed", "failed", "timeout", "running", "requested"] as const),
];

/** Members of a group: all over the days, or in bursts on three of them. */
const [THIN, BURSTS, FEW] = [1_000_001, 2_000_002, 3_000_003] as const;

const newestFirst = (all: readonly Known[]): Known[] =>
  [...new Map(all.map((known) => [known.id, known])).values()].toSorted(
    (first, second) => second.id - first.id,
  );

/** The newest first. */
function draw(random: Random): Known[] {
  const one = (seconds: number, about: Partial<Known>): Known => ({
    id: idAt(seconds, random.below(SLOTS)),
    status: random.pick(statuses),
    action_ref: random.pick(actions),
    ...about,
  });
  const many = (count: number, secondsAt: (at: number) => number, about: Partial<Known>) =>
    Array.from({ length: count }, (_, at) => one(secondsAt(at), about));
  const anywhere = () => random.next() * DAYS * DAY;
  const burstAt = (at: number) => (2 + 3 * Math.floor(at / 400)) * DAY + 40_000 + (at % 400) * 0.02;
  const all = [
    ...many(700, (at) => at * 1_700, { parent: THIN, enforcement: 77 }),
    ...many(1_200, burstAt, { parent: BURSTS, enforcement: 77 }),
    ...many(60, anywhere, { parent: FEW }),
    ...many(400, anywhere, { enforcement: 99 }),
    ...many(640, anywhere, {}),
  ];
  return newestFirst(all);
}

const groupFrom = (random: Random): Filter =>
  random.pick<Filter>([
    { parent: THIN },
    { parent: BURSTS },
    { enforcement: 77 },
    { enforcement: 99 },
  ]);

/** Many in one status among few in another that shares its partitions: some of them the oldest of all, some anywhere. */
const drawMixed = (many: Status, few: Status) => (random: Random) =>
  newestFirst(
    Array.from({ length: 900 }, (_, at) => ({
      id: idAt(at * 100, random.below(SLOTS)),
      status: at < 15 || random.below(100) === 0 ? few : many,
      action_ref: random.pick(actions),
      ...(at % 3 === 0 ? { executor: 7 } : {}),
    })),
  );

type Filters = readonly [(random: Random) => Filter, ...((random: Random) => Filter)[]];

const filters: Filters = [
  () => ({}),
  () => ({ top_level: true }),
  (random) => ({ action_ref: [random.pick(actions)] }),
  (random) => ({ action_ref: [random.pick(actions)], top_level: true }),
  () => ({ top_level: true, status: ["completed"] }),
  (random) => ({
    top_level: true,
    ...(random.below(2) === 0 ? { pack_name: "a" } : { action_ref: [random.pick(actions)] }),
    status: [random.pick(statuses)],
  }),
  (random) => ({ pack_name: random.pick(["a", "b", "c"]) }),
  (random) => ({ pack_name: random.pick(["a", "b", "c"]), status: ["completed"] }),
  (random) => ({ status: [random.pick(["completed", "failed", "running"])] }),
  (random) => ({ action_ref: [random.pick(actions)], status: ["failed", "completed"] }),
  (random) => ({ parent: random.pick([THIN, BURSTS, FEW]) }),
  (random) => ({ enforcement: random.pick([77, 99]) }),
  (random) => ({ parent: random.pick([THIN, BURSTS, FEW]), status: [random.pick(statuses)] }),
  (random) => ({ ...groupFrom(random), status: ["completed"] }),
  (random) => ({ ...groupFrom(random), status: ["failed", random.pick(statuses)] }),
];

const mixed: Filters = [
  () => ({ status: ["requested"] }),
  () => ({ status: ["scheduling"] }),
  () => ({ status: ["scheduling", "requested"] }),
  (random) => ({ status: [random.pick(["requested", "scheduling"]), "running"] }),
  (random) => ({ pack_name: "a", status: [random.pick(["requested", "scheduling"])] }),
  (random) => ({ action_ref: ["c.one"], status: [random.pick(["requested", "scheduling"])] }),
  () => ({ executor: 7 }),
  () => ({ executor: 7, status: ["scheduling"] }),
];

/** Each with how many lists are asked for, and the matches that are walked over at most. */
const pasts = [
  ["of all kinds", LISTS, 300, draw, filters],
  [
    "of many requested, few scheduling",
    LISTS / 2,
    100,
    drawMixed("requested", "scheduling"),
    mixed,
  ],
  [
    "of few requested, many scheduling",
    LISTS / 2,
    100,
    drawMixed("scheduling", "requested"),
    mixed,
  ],
] as const;
const cases = [1, 4].flatMap((shards) => pasts.map((past) => [shards, ...past] as const));

describe.each(cases)("pages, in %i shards, %s", (shards, _, lists, far, drawn, asked) => {
  let fixture: Awaited<ReturnType<typeof startStore>>;
  let store: Store;
  let all: readonly Known[];
  beforeAll(async () => {
    fixture = await startStore();
    const now = () => new Date(START_MS + (DAYS + 1) * DAY * 1_000);
    store = { ...fixture.store, shards, now };
    all = drawn(randomFrom(seed));
    await storeExecutions(store, all);
    const changes = all.map(({ id, status, action_ref, parent, enforcement }, at) => ({
      ...{ id, status, version: 7, ledger: `page-${Math.floor(at / 80)}` },
      membership: { action_ref, parent, enforcement },
    }));
    for (let at = 0; at < changes.length; at += 400)
      await countChanges(store, changes.slice(at, at + 400));
  }, 60_000);
  afterAll(() => fixture.stop());

  /** A range that begins or ends at executions of the list, or in their buckets. */
  function rangeOf(random: Random, [first, ...others]: readonly Known[]): IdRange {
    if (first === undefined) return {};
    const near = () =>
      random.pick([first, ...others]).id + SLOTS * random.pick([0, 0, 1, 7_000, -7_000, 3_600_000]);
    const [from = 0, below = 0] = [near(), near()].toSorted((one, other) => one - other);
    return random.pick<IdRange>([{}, { from, below }, { from, below }, { from }, { below }]);
  }

  it(`are those of the model (SEED=${seed})`, { timeout: 120_000 }, async () => {
    const random = randomFrom(seed + shards);
    let located = 0;
    for (let at = 0; at < lists; at++) {
      const filter = random.pick(asked)(random);
      const matching = all.filter((known) => meets(filter, known, namesOf(filter)));
      const range = rangeOf(random, matching);
      const { from = 0, below = Number.POSITIVE_INFINITY } = range;
      const newest = matching.filter(({ id }) => id >= from && id < below);
      const order = random.pick(["newest", "oldest"] as const);
      const expected = order === "newest" ? newest : newest.toReversed();
      const perPage = random.pick([5, 20, 20, 50]);
      const request: ListRequest = { filter, range, order, perPage };
      const last = Math.max(1, Math.ceil(expected.length / perPage));
      const number = random.pick([
        1,
        1 + random.below(last),
        1 + random.below(last),
        last,
        last + 1,
      ]);

      const expectPage = (listed: Listed, page: number) => {
        const what = JSON.stringify({ ...request, number, page });
        const known = expected.slice((page - 1) * perPage, page * perPage);
        expect(
          listed.rows.map(({ id, status, action_ref }) => ({ id, status, action_ref })),
          what,
        ).toEqual(known.map(({ id, status, action_ref }) => ({ id, status, action_ref })));
        expect({ total: listed.total, complete: listed.complete }, what).toEqual({
          ...{ total: expected.length, complete: true },
        });
      };
      const listed = await listExecutions(store, request, number);
      expectPage(listed, number);
      if ((number - 1) * perPage > far) located++;
      if (listed.next === undefined) continue;
      const next = await listExecutions(store, request, listed.next);
      expectPage(next, number + 1);
      if (next.prev) expectPage(await listExecutions(store, request, next.prev), number);
    }
    // Enough of them have to be far from the beginning, or they would prove nothing.
    expect(located).toBeGreaterThan(lists / 8);
  });
});
