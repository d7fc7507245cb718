import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cost, costOf, totalOf } from "../../bench/cost.ts";
import { createExecutions } from "../../bench/executions.ts";
import { measureCountings, measureSteps } from "../../bench/lifecycle.ts";
import { measureLists, measureRoutes, mixedFilters, singleFilters } from "../../bench/routes.ts";
import { type CountedService, startCountedService } from "../../bench/service.ts";

const FEW = 200;
const MANY = 1_000;

/** Read units of a page of 20. */
const PAGE_UNITS = 12;
/** Round trips one after the other, of one filter, and of several that are mixed. */
const PAGE_TRIPS = 2;
const MIXED_TRIPS = 3;
const LIFECYCLE_UNITS = 27;

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

  it.each(names(singleFilters))(`%s costs what it costs on ${FEW}`, (name) => {
    const { items: _, ...few } = withFew.get(name) ?? { items: 0 };
    expect(withMany.get(name)).toMatchObject(few);
  });

  it.each(names(mixedFilters))("%s", (name) => {
    const cost = withMany.get(name);
    expect(cost?.items).toBeGreaterThan(1);
    expect(cost?.readUnits).toBeLessThanOrEqual(PAGE_UNITS);
    expect(cost?.roundTrips).toBeLessThanOrEqual(MIXED_TRIPS);
  });
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

describe("a lifecycle, indexes and counters included", () => {
  let written: number;
  let counted: number[];
  beforeAll(async () => {
    const steps = await measureSteps(service);
    written = [...steps.values()].reduce((sum, units) => sum + totalOf(units), 0);
    counted = [...(await measureCountings(service)).values()].map(({ writeUnits }) => writeUnits);
  });

  it("writes an item, one entry in six indexes, two for each change of status, and a key", () => {
    expect(written).toBe(1 + 7 + 3 + 3 + 3 + 3);
  });

  it.each([
    { order: 0, how: "batches of one change of each of a hundred executions" },
    { order: 1, how: "batches of the executor's three changes of each" },
    // Every page of the ledger is written in many batches then.
    { order: 2, how: "workers that take a thousand executions in any order" },
  ])(`writes ${LIFECYCLE_UNITS} units at most, with $how`, ({ order }) => {
    expect(written + (counted[order] ?? Number.NaN)).toBeLessThanOrEqual(LIFECYCLE_UNITS);
  });
});

it("no route scans a table", async () => {
  await measureRoutes(service);
  expect([...service.operations]).toEqual(expect.arrayContaining(["GetItem", "Query", "PutItem"]));
  expect([...service.operations]).not.toContain("Scan");
});
