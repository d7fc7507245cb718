/**
 * Measures one size, on a folder that is seeded with it, and prints what it found as JSON: a process of its
 * own, since the functions read their environment once.
 *
 *     node bench/scale/measure.ts <count> <folder> [--alone]
 *
 * `--alone`: without the plain way, which takes most of the time.
 */
import { parseArgs } from "node:util";
import { type ListQuery, parametersOf } from "../../test/fixtures/list-model.ts";
import { type Cost, costOf } from "../cost.ts";
import { type CountedService, startCountedService } from "../service.ts";
import { knownOf, totalOf } from "./known.ts";
import { pastOf } from "./pasts.ts";
import { type Position, passOver, plainPath, readPlainly } from "./plain.ts";
import type { Measure, Measured, Place } from "./results.ts";
import { boundedShapes, listShapes, searchShapes, statsShapes } from "./shapes.ts";

const PER_PAGE = 20;

const {
  positionals: [count = "", dataDir = ""],
  values: options,
} = parseArgs({ allowPositionals: true, options: { alone: { type: "boolean", default: false } } });

const log = (text: string) => process.stderr.write(`${text}\n`);

async function timed(
  service: CountedService,
  work: () => Promise<unknown>,
): Promise<Cost & { ms: number }> {
  const start = performance.now();
  const cost = costOf(await service.callsOf(work));
  return { ...cost, ms: performance.now() - start };
}

/** Pages that are measured in the middle of a list, and from there on by cursor: what a page takes depends on where it is cut. */
const PAGES = 5;

/** The page numbers that are measured: the first, those around the middle, the last. */
function placesOf(total: number): Readonly<Partial<Record<Place, readonly number[]>>> {
  const last = Math.ceil(total / PER_PAGE);
  const middle = Math.ceil(last / 2);
  const around = Array.from({ length: PAGES }, (_, at) => middle - Math.floor(PAGES / 2) + at);
  return {
    first: [1],
    ...(last > 2 ? { middle: around.filter((page) => page > 1 && page < last) } : {}),
    ...(last > 1 ? { last: [last] } : {}),
  };
}

/** To the hundredth. */
const meanOf = (numbers: readonly number[]) =>
  Math.round((numbers.reduce((total, one) => total + one, 0) / numbers.length) * 100) / 100;

/** What a page takes on the average of some, and the longest chain of requests of any. */
function averageOf(costs: readonly (Cost & { ms: number })[]): Cost & { ms: number } {
  const mean = (name: keyof Cost | "ms") => meanOf(costs.map((cost) => cost[name]));
  return {
    requests: mean("requests"),
    roundTrips: Math.max(...costs.map(({ roundTrips }) => roundTrips)),
    readUnits: mean("readUnits"),
    writeUnits: mean("writeUnits"),
    items: mean("items"),
    ms: mean("ms"),
  };
}

/**
 * The plain way to all the pages of a list. It is gone over once: what a page takes is what it took to come to it, itself, and what
 * counting the whole takes.
 */
async function measurePlain(
  service: CountedService,
  query: ListQuery,
  places: ReturnType<typeof placesOf>,
) {
  const path = options.alone ? undefined : plainPath(query.filter);
  if (path === undefined) return undefined;
  const store = service.countedStore;
  const whole = { readUnits: 0, ms: 0 };
  let position: Position;
  let before = 0;
  const pass = async (limit?: number) => {
    const { readUnits, ms } = await timed(service, async () => {
      position = await passOver(store, query, path, position, limit);
    });
    whole.readUnits += readUnits;
    whole.ms += ms;
  };
  const pages: [Place, { readUnits: number; ms: number }][] = [];
  for (const [place, pagesOfPlace] of Object.entries(places) as [Place, readonly number[]][]) {
    const page = pagesOfPlace[Math.floor(pagesOfPlace.length / 2)] ?? 1;
    const offset = (page - 1) * PER_PAGE;
    await pass(offset - before);
    before = offset;
    const rows = await timed(service, () => readPlainly(store, query, path, position, PER_PAGE));
    pages.push([place, { readUnits: whole.readUnits + rows.readUnits, ms: whole.ms + rows.ms }]);
  }
  await pass();
  return Object.fromEntries(
    pages.map(([place, { readUnits, ms }]) => [
      place,
      { readUnits: whole.readUnits + readUnits, ms: whole.ms + ms },
    ]),
  );
}

async function measureList(
  service: CountedService,
  name: string,
  query: ListQuery,
  expected: number | undefined,
): Promise<Measure[]> {
  const { api } = service;
  const parameters = parametersOf(query);
  const measures: Measure[] = [];
  const total = expected ?? (await api.list(parameters)).pagination.total_items;
  const places = placesOf(total);
  const plain = expected === undefined ? undefined : await measurePlain(service, query, places);
  type Answer = Awaited<ReturnType<typeof api.list>>;
  const answerTo = async (asked: Readonly<Record<string, string | number>>) => {
    const answers: Answer[] = [];
    const cost = await timed(service, async () => {
      answers.push(await api.list({ ...parameters, ...asked }));
    });
    const [answer] = answers;
    if (answer === undefined) throw new Error(`${name}: no answer`);
    const { total_items, complete } = answer.pagination;
    if (complete && expected !== undefined && total_items !== expected)
      throw new Error(`${name}: ${total_items} in place of ${expected}`);
    return { ...answer, cost, exact: complete === true && total_items === expected };
  };
  const add = (place: Place, found: readonly Awaited<ReturnType<typeof answerTo>>[]) => {
    const scanned = found[0]?.pagination.scanned;
    measures.push({
      ...{ name, place, rows: Math.min(...found.map(({ data }) => data.length)) },
      ...averageOf(found.map(({ cost }) => cost)),
      exact: found.every(({ exact }) => exact),
      ...(scanned === undefined ? {} : { scanned }),
      ...(plain?.[place] ? { plain: plain[place] } : {}),
    });
  };
  for (const [place, pages] of Object.entries(places) as [Place, readonly number[]][]) {
    const found: Awaited<ReturnType<typeof answerTo>>[] = [];
    for (const page of pages) found.push(await answerTo({ page }));
    add(place, found);
    if (place !== "middle") continue;
    const byCursor: typeof found = [];
    let cursor = found.at(0)?.pagination.next_cursor;
    while (cursor && byCursor.length < PAGES) {
      const one = await answerTo({ cursor });
      byCursor.push(one);
      cursor = one.pagination.next_cursor;
    }
    if (byCursor.length > 0) add("cursor", byCursor);
  }
  return measures;
}

/** The first answer of a search, and the one that its cursor opens. */
async function measureSearch(
  service: CountedService,
  name: string,
  query: ListQuery,
): Promise<Measure[]> {
  const measures: Measure[] = [];
  let cursor: string | null | undefined;
  for (const place of ["first", "cursor"] as const) {
    if (cursor === null) break;
    let answer: Awaited<ReturnType<typeof service.api.list>> | undefined;
    const cost = await timed(service, async () => {
      answer = await service.api.list({ ...parametersOf(query), ...(cursor ? { cursor } : {}) });
    });
    const { next_cursor = null, scanned = 0 } = answer?.pagination ?? {};
    measures.push({ name, place, rows: answer?.data.length ?? 0, ...cost, exact: false, scanned });
    cursor = next_cursor;
  }
  return measures;
}

async function measureStats(service: CountedService, name: string, url: string): Promise<Measure> {
  const cost = await timed(service, async () => {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  });
  return { name, place: "first", rows: 0, ...cost, exact: true };
}

async function measure(count: number, dataDir: string): Promise<Measured> {
  const known = knownOf(pastOf(count));
  log(`${count}: drawn again`);
  const service = await startCountedService({ dataDir });
  const lists = async (shapes: Readonly<Record<string, ListQuery>>) => {
    const measures: Measure[] = [];
    for (const [name, query] of Object.entries(shapes)) {
      log(`${count}: ${name}`);
      measures.push(...(await measureList(service, name, query, totalOf(known, query))));
    }
    return measures;
  };
  try {
    // The first request opens connections and loads code.
    await service.api.list();
    const [{ id } = { id: 0 }] = known;
    const one = await timed(service, () => service.api.get(id));
    const searches: Measure[] = [];
    for (const [name, query] of Object.entries(searchShapes))
      searches.push(...(await measureSearch(service, name, query)));
    const stats: Measure[] = [];
    for (const [name, query] of Object.entries(statsShapes))
      stats.push(await measureStats(service, name, service.api.url("/stats", query)));
    return {
      count,
      lists: await lists(listShapes(known)),
      bounded: await lists(boundedShapes(known)),
      searches,
      stats,
      one: { name: "", place: "first", rows: 1, ...one, exact: true },
    };
  } finally {
    await service.stop();
  }
}

console.log(JSON.stringify(await measure(Number(count), dataDir)));
process.exit(0);
