import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cost, costOf, totalOf } from "../../bench/cost.ts";
import { type Counting, measureCounting, workloads } from "../../bench/counting.ts";
import { createExecutions, request } from "../../bench/executions.ts";
import { measureSteps } from "../../bench/lifecycle.ts";
import { measureLists, measureRoutes, mixedFilters, singleFilters } from "../../bench/routes.ts";
import { type CountedService, startCountedService } from "../../bench/service.ts";
import type { Query } from "../fixtures/api.ts";

const FEW = 200;
const MANY = 1_000;

/** After all that is created here. */
const until = new Date(Date.now() + 60_000).toISOString();

/** Read units of a page of 20. */
const PAGE_UNITS = 12;
/** Round trips one after the other, of one filter, and of several that are mixed. */
const PAGE_TRIPS = 2;
const MIXED_TRIPS = 3;
const LAST_PAGE_TRIPS = 6;
const LIFECYCLE_UNITS = 24;

let service: CountedService;
let withFew: Map<string, Cost>;
let withMany: Map<string, Cost>;

beforeAll(async () => {
  service = await startCountedService();
  await createExecutions(service.store, FEW);
  withFew = await measureLists(service, singleFilters);
  await createExecutions(service.store, MANY - FEW);
  withMany = await measureLists(service, { ...singleFilters, ...mixedFilters });
}, 120_000);
afterAll(() => service.stop());

const names = (filters: object) => Object.keys(filters).map((name) => `GET /${name}`);

describe(`a page of 20, on ${MANY} executions`, () => {
  it.each(names(singleFilters))("%s", (name) => {
    const cost = withMany.get(name);
    expect(cost?.items).toBeGreaterThan(20);
    expect(cost?.readUnits).toBeLessThanOrEqual(PAGE_UNITS);
    expect(cost?.roundTrips).toBeLessThanOrEqual(PAGE_TRIPS);
  });

  it.each(names(singleFilters))(`%s takes the requests that it takes on ${FEW}`, (name) => {
    const few = withFew.get(name);
    const many = withMany.get(name);
    expect(many?.requests).toBe(few?.requests);
    expect(many?.roundTrips).toBe(few?.roundTrips);
    // The few of an action on 200 fit half a unit, of which the first read takes two.
    expect(many?.readUnits).toBeLessThanOrEqual(1.5 * (few?.readUnits ?? 0));
  });

  it.each(names(mixedFilters))("%s", (name) => {
    const cost = withMany.get(name);
    expect(cost?.items).toBeGreaterThan(1);
    expect(cost?.readUnits).toBeLessThanOrEqual(PAGE_UNITS);
    expect(cost?.roundTrips).toBeLessThanOrEqual(MIXED_TRIPS);
  });
});

it.each([
  ["the last page", MANY / 20],
  ["a page past the last", MANY / 20 + 1],
])("%s costs little more than the first: it is located, and not walked to", async (_, page) => {
  const cost = costOf(await service.callsOf(() => service.api.list({ page })));
  expect(cost.readUnits).toBeLessThanOrEqual(2 * PAGE_UNITS);
  expect(cost.roundTrips).toBeLessThanOrEqual(LAST_PAGE_TRIPS);
  expect(cost.items).toBeLessThan(MANY / 4);
});

it("the stats cost one request and one unit", async () => {
  const calls = await service.callsOf(() => service.api.stats());
  expect(costOf(calls)).toEqual({
    requests: 1,
    roundTrips: 1,
    readUnits: 1,
    writeUnits: 0,
    items: 1,
  });
});

it("statistics of all time look for durations in the months that have executions, and not in the years before", async () => {
  const costOfStats = async (query: Query) =>
    costOf(
      await service.callsOf(async () => {
        const answer = await fetch(service.api.url("/stats", query));
        expect(answer.status).toBe(200);
      }),
    );
  const counts = await costOfStats({ group_by: "status", until });
  expect(counts.requests).toBe(1);
  // Two requests more, of an item each, to see where it begins; and of this month, of eight days and of days half a unit each.
  const durations = await costOfStats({ until });
  expect(durations.requests).toBe(3);
  expect(durations.readUnits - counts.readUnits).toBeLessThanOrEqual(1 + (1 + 4 + 8) / 2);
});

describe("a lifecycle, indexes and counters included", () => {
  const SECONDS = 10;
  let written: number;
  let counted: Counting;
  beforeAll(async () => {
    const steps = await measureSteps(service);
    written = [...steps.values()].reduce((sum, units) => sum + totalOf(units), 0);
    const workload = workloads["runs of a second, an enforcement and a parent each"];
    counted = await measureCounting(service.store, workload, SECONDS, Date.now() + 3_600_000);
  });

  it("writes an item, one entry in six indexes, two for a change of status, one where its key stays, one when final, and a key", () => {
    expect(written).toBe(1 + 7 + 2 + 3 + 3 + 4);
  });

  it("writes each head of fifty actions and ten packs once a batch of a thousand changes", async () => {
    const workload = workloads["runs of a second"];
    const { heads } = await measureCounting(
      service.store,
      workload,
      SECONDS,
      Date.now() + 7_200_000,
    );
    const executions = SECONDS * 200;
    const batches = (5 * executions) / 1_000;
    expect(heads * executions).toBeCloseTo(batches * (1 + 50 + 10) * 2);
  });

  it("writes a history once for each batch that has changes between the first and the last", () => {
    // Scheduled in the second of the request or in the next one, running half a second later.
    expect(counted.history).toBeGreaterThan(1);
    expect(counted.history).toBeLessThanOrEqual(2);
  });

  it(`writes ${LIFECYCLE_UNITS} units at most, its history beside them`, () => {
    expect(counted.sum).toBeLessThanOrEqual(2);
    expect(written + counted.sum).toBeLessThanOrEqual(LIFECYCLE_UNITS);
  });
});

it("a history costs two requests side by side, and one unit", async () => {
  const { data } = await service.api.list({ per_page: 1 });
  const calls = await service.callsOf(() => service.api.history(data[0]?.id ?? 0));
  expect(costOf(calls)).toMatchObject({ requests: 2, roundTrips: 1, readUnits: 1, writeUnits: 0 });
});

describe("a tree", () => {
  const PARENT = 4_242;
  const unitsOf = async (query: { depth: number }, children: number) => {
    const root = await request(service.store, { parent: PARENT });
    for (let made = 0; made < children; made++) await request(service.store, { parent: root.id });
    return costOf(await service.callsOf(() => service.api.tree(root.id, query)));
  };

  it("costs a unit for the execution, and one for each below it: its item, and the question for its own", async () => {
    const { readUnits, requests } = await unitsOf({ depth: 3 }, 10);
    expect(readUnits).toBe(1 + 0.5 + 10 * (0.5 + 0.5));
    expect(requests).toBe(1 + 1 + 1 + 10);
  });

  it("asks the counters, all at once, for what the depth cuts off", async () => {
    const { readUnits, roundTrips } = await unitsOf({ depth: 1 }, 10);
    expect(roundTrips).toBe(4);
    expect(readUnits).toBeLessThanOrEqual(1 + 0.5 + 10 * 0.5 + 10 * 0.5);
  });
});

describe("each route", () => {
  let costs: Map<string, Cost>;
  beforeAll(async () => {
    costs = await measureRoutes(service);
  });

  it.each([
    ["POST /{id}/logs, 20 lines", 2, 2, 1],
    ["POST /{id}/logs, the same again", 1, 2, 0],
    ["POST /{id}/logs, 1,000 lines after 20", 2, 2, 18],
    ["POST /{id}/logs, 20 lines after 1,000", 2, 1 + 5, 1],
    ["GET /{id}/logs, all 1,040 lines", 1, 5, 0],
    ["GET /{id}/logs, the last 20", 1, 5, 0],
    ["GET /{id}/logs, nothing new", 2, 2, 0],
  ])("%s: %i round trips, %i units read, %i written", (name, roundTrips, readUnits, writeUnits) => {
    expect(costs.get(name)).toMatchObject({ roundTrips, readUnits, writeUnits });
  });

  it("scans no table", () => {
    expect([...service.operations]).toEqual(
      expect.arrayContaining(["GetItem", "Query", "PutItem"]),
    );
    expect([...service.operations]).not.toContain("Scan");
  });
});
