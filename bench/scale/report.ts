/** docs/performance.md. */
import { markdownTable } from "../table.ts";
import type { Measure, Measured, Place } from "./results.ts";

/** What lists, searches and statistics are held to. */
export const bars = {
  /** Read units and round trips of page 1. */
  pageUnits: 12,
  pageTrips: 3,
  /** Any other page, in units of page 1; and its round trips. */
  placeFactor: 2,
  placeTrips: 6,
  /** Units on the most executions, in units on the fewest. */
  growth: 1.5,
  statsUnits: 1,
  /** A search, of reading the items. */
  searchShare: 0.1,
} as const;

/** Read units of a thousand items. */
const ITEMS_UNITS = 500;

/** Of one shape and place: the fewest executions first. */
type Row = readonly [OnCount, ...OnCount[]];
interface OnCount extends Measure {
  readonly count: number;
}

/** The same measure on each size, by name and place. */
function rowsOf(
  measured: readonly Measured[],
  of: (one: Measured) => readonly Measure[],
  place: Place,
): Row[] {
  const byName = Map.groupBy(
    measured.flatMap((one) =>
      of(one).flatMap((measure) =>
        measure.place === place ? [{ ...measure, count: one.count }] : [],
      ),
    ),
    ({ name }) => name,
  );
  return [...byName.values()].flatMap(([first, ...rest]) =>
    first ? [[first, ...rest] as const] : [],
  );
}

const unitsOn = (row: Row, count: number) =>
  row.find((one) => one.count === count)?.readUnits ?? "";
const lastOf = (row: Row): OnCount => row.at(-1) ?? row[0];

/**
 * Units on the most executions, in units on the fewest on which the page shows as much; `undefined` where
 * none other does.
 */
export function growthOf(row: readonly [Measure, ...Measure[]]): number | undefined {
  const last = row.at(-1) ?? row[0];
  const base = row.find(({ rows }) => rows === last.rows);
  return base === undefined || base === last ? undefined : last.readUnits / base.readUnits;
}

const title = (name: string) =>
  name === "" ? "`GET /`" : `\`?${name.replace(/,.*$/, "")}\`${name.replace(/^[^,]*/, "")}`;
const marked = (value: number, isMet: boolean) =>
  `${value.toLocaleString("en", { maximumFractionDigits: 2 })}${isMet ? "" : " ✗"}`;
const ratio = (units: number, plain: number | undefined) =>
  plain === undefined
    ? ""
    : `${(plain / units).toLocaleString("en", { maximumFractionDigits: 1 })} ×`;

interface Limits {
  readonly units: (row: Row) => boolean;
  readonly trips: number;
  readonly growth: boolean;
}

function table(measured: readonly Measured[], rows: readonly Row[], limits: Limits): string {
  const sizes = measured.map(({ count }) => count.toLocaleString("en"));
  const most = sizes.at(-1) ?? "";
  const hasPlain = rows.some((row) => lastOf(row).plain);
  return markdownTable(
    [
      "",
      ...sizes.map((size) => `units, ${size}`),
      "growth",
      "requests",
      "one after the other",
      "items",
      "ms",
      ...(hasPlain ? [`plain, units, ${most}`, "plain, ms", "plain against ours"] : []),
    ],
    rows.map((row) => {
      const last = lastOf(row);
      const units = measured.map(({ count }) => unitsOn(row, count));
      const grown = growthOf(row);
      return [
        title(row[0].name),
        ...units.slice(0, -1),
        marked(last.readUnits, limits.units(row)),
        grown === undefined ? "" : marked(grown, !limits.growth || grown <= bars.growth),
        last.requests,
        marked(last.roundTrips, last.roundTrips <= limits.trips),
        last.items,
        Math.round(last.ms),
        ...(hasPlain
          ? [
              last.plain?.readUnits ?? "",
              last.plain ? Math.round(last.plain.ms) : "",
              ratio(last.readUnits, last.plain?.readUnits),
            ]
          : []),
      ];
    }),
  );
}

const places: readonly (readonly [Place, string])[] = [
  ["first", "Page 1"],
  ["middle", "Pages in the middle, by their number"],
  ["cursor", "Pages after these, by cursor"],
  ["last", "The last page, by its number"],
];

function listSection(measured: readonly Measured[]): string {
  const first = new Map(
    rowsOf(measured, ({ lists }) => lists, "first").map((row) => [
      row[0].name,
      lastOf(row).readUnits,
    ]),
  );
  const limitsOf = (place: Place): Limits =>
    place === "first"
      ? {
          units: (row) => lastOf(row).readUnits <= bars.pageUnits,
          trips: bars.pageTrips,
          growth: true,
        }
      : {
          units: (row) =>
            lastOf(row).readUnits <=
            bars.placeFactor * Math.max(bars.pageUnits, first.get(row[0].name) ?? 0),
          trips: bars.placeTrips,
          growth: true,
        };
  return places
    .map(([place, heading]) => {
      const rows = rowsOf(measured, ({ lists }) => lists, place);
      return `### ${heading}\n\n${table(measured, rows, limitsOf(place))}`;
    })
    .join("\n\n");
}

const free: Limits = { units: () => true, trips: Number.POSITIVE_INFINITY, growth: false };

function searchSection(measured: readonly Measured[]): string {
  const rows = rowsOf(measured, ({ searches }) => searches, "first");
  const next = new Map(
    measured
      .at(-1)
      ?.searches.flatMap(({ name, place, readUnits }) =>
        place === "cursor" ? [[name, readUnits] as const] : [],
      ),
  );
  return markdownTable(
    [
      "",
      ...measured.map(({ count }) => `units, ${count.toLocaleString("en")}`),
      "requests",
      "one after the other",
      "ms",
      "looked at",
      "units for 1,000",
      "reading the items, for 1,000",
      "units of the next answer",
    ],
    rows.map((row) => {
      const last = lastOf(row);
      const { scanned = 0 } = last;
      const forThousand = (last.readUnits / scanned) * 1_000;
      return [
        title(row[0].name),
        ...measured.map(({ count }) => unitsOn(row, count)),
        last.requests,
        last.roundTrips,
        Math.round(last.ms),
        scanned,
        scanned === 0 ? "" : marked(forThousand, forThousand <= bars.searchShare * ITEMS_UNITS),
        ITEMS_UNITS,
        next.get(last.name) ?? "",
      ];
    }),
  );
}

const plainWay = `The plain way reads the same table in the same run: it queries the index that answers the filter, skips to the page by reading, reads
its rows, and counts by reading to the end. It is left out where no one index tells what the filter asks.

`;

/** @param about date, machine and command */
export function performancePage(measured: readonly Measured[], about: string): string {
  const inexact = measured.flatMap(({ count, lists }) =>
    lists
      .filter(({ exact, place }) => !exact && place !== "cursor")
      .map(({ name }) => `${title(name)} on ${count.toLocaleString("en")}`),
  );
  return `# Performance

${about}

Seeded executions of three months ([\`npm run seed\`](../README.md)), one shard. Units are read units as the local engine reports them, which
\`test/e2e/units.test.ts\` compares with AWS's rules; "one after the other" is the longest chain of requests of which none began
before the one before it ended; items are those in DynamoDB's answers. Milliseconds are of this machine, ten added to each request. From
"growth" on a row is of the most executions: growth is in units, from the fewest on which the page shows as much. Pages in the middle are the
mean of five, or as many as there are, and of the five after the first of these by cursor; "one after the other" is that of the longest.

${measured.some(({ lists }) => lists.some(({ plain }) => plain)) ? plainWay : ""}A bar that is not met has a ✗: page 1 takes ${bars.pageUnits} units and ${bars.pageTrips} round trips at most, any other page twice that and ${bars.placeTrips} round trips; units grow
by ${bars.growth} at most; the stats take ${bars.statsUnits} unit.

## Lists

Every total is that of the executions that were drawn${inexact.length === 0 ? "." : `, but for ${inexact.join(", ")}, which the walk did not come to the end of.`}

${listSection(measured)}

## Lists that no counter knows

Their work is bounded: a page that stops early says \`"complete": false\`, and its cursor goes on.

${table(
  measured,
  rowsOf(measured, ({ bounded }) => bounded, "first"),
  free,
)}

## Searches

The first answer of a search, which goes on for the total until it stops at its budget, and says what it has looked at. The next answer, by
its cursor, looks for its page alone. The bar (✗) is a tenth of reading the items.

${searchSection(measured)}

## Statistics and one execution

${table(
  measured,
  [
    ...rowsOf(measured, ({ stats }) => stats, "first").map((row) => named(row, `/stats`)),
    ...rowsOf(measured, ({ one }) => [one], "first").map((row) => named(row, "/{id}")),
  ],
  { ...free, units: (row) => row[0].name !== "/stats" || lastOf(row).readUnits <= bars.statsUnits },
).replaceAll("`?/", "`GET /")}
`;
}

/** The row under another name, that of its route. */
function named([first, ...rest]: Row, route: string): Row {
  const name = first.name === "" ? route : `${route}?${first.name}`;
  return [{ ...first, name }, ...rest.map((one) => ({ ...one, name }))];
}
