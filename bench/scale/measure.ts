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

/** The page numbers that are measured: the first, the middle one, the last. */
function placesOf(total: number): Readonly<Partial<Record<Place, number>>> {
  const last = Math.ceil(total / PER_PAGE);
  return {
    first: 1,
    ...(last > 2 ? { middle: Math.ceil(last / 2) } : {}),
    ...(last > 1 ? { last } : {}),
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
  for (const [place, page] of Object.entries(places) as [Place, number][]) {
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
  for (const [place, page] of Object.entries(places) as [Place, number][]) {
    let answer: Awaited<ReturnType<typeof api.list>> | undefined;
    const cost = await timed(service, async () => {
      answer = await api.list({ ...parameters, page });
    });
    const { total_items, complete, scanned } = answer?.pagination ?? {};
    const rows = answer?.data.length ?? 0;
    if (complete && expected !== undefined && total_items !== expected)
      throw new Error(`${name}: ${total_items} in place of ${expected}`);
    measures.push({
      ...{ name, place, rows, ...cost },
      exact: complete === true && total_items === expected,
      ...(scanned === undefined ? {} : { scanned }),
      ...(plain?.[place] ? { plain: plain[place] } : {}),
    });
    const next = answer?.pagination.next_cursor;
    if (place === "middle" && next) {
      const byCursor = await timed(service, () => api.list({ ...parameters, cursor: next }));
      measures.push({ name, place: "cursor", rows, ...byCursor, exact: complete === true });
    }
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
