/** What the attributes of heads, nodes and durations say of the executions of a bucket, pure. */
import { type Bucket, childOf, groupTree, wideTree } from "./buckets.ts";
import type { Fields } from "./items.ts";
import { parseCell, parseDuration, parseGroupCell, parseYear, placeOf } from "./keys.ts";
import { partOf, type Stretch } from "./stretches.ts";
import { type Group, type Lasting, lastingOf } from "./tally.ts";

/** How many are in a lasting field. */
export interface Cell {
  readonly bucket: Bucket;
  readonly field: Lasting;
  readonly n: number;
}

/** What is parsed of an item that was read: each tally of its counter asks for it, and there may be thousands. */
const parsed = new WeakMap<Fields, Cell[]>();

/** What an attribute counts. */
interface Named {
  readonly bucket: Bucket;
  readonly letter: string;
}

function cellsBy(fields: Fields, parse: (name: string) => Named | undefined): Cell[] {
  const known = parsed.get(fields);
  if (known) return known;
  const cells = Object.entries(fields).flatMap(([name, n]) => {
    const { bucket, letter = "" } = parse(name) ?? {};
    const field = lastingOf[letter];
    return bucket === undefined || field === undefined ? [] : [{ bucket, field, n }];
  });
  parsed.set(fields, cells);
  return cells;
}

/** What a head has: what it has spilled by year, and the rest by fine bucket. */
export const cellsOfHead = (fields: Fields): Cell[] =>
  cellsBy(fields, (name) => {
    const [year, fine] = [parseYear(name), parseCell(name)];
    return (
      (year && { bucket: { level: "year", at: year.at }, letter: year.letter }) ??
      (fine && { bucket: { level: wideTree.leaf, at: fine.at }, letter: fine.letter })
    );
  });

/** What a node has, by its children. */
export const cellsOfNode = (fields: Fields, node: Bucket): Cell[] =>
  cellsBy(fields, (name) => {
    const cell = parseCell(name);
    return cell && { bucket: childOf(wideTree, node, cell.at), letter: cell.letter };
  });

const groupCellsBy = (fields: Fields, place: number, bucketAt: (time: number) => Bucket): Cell[] =>
  Object.entries(fields).flatMap(([name, n]) => {
    const { at, letter = "", time } = parseGroupCell(name) ?? {};
    const field = lastingOf[letter];
    return at !== place || field === undefined || time === undefined
      ? []
      : [{ bucket: bucketAt(time), field, n }];
  });

/** The members of a group by time: of its own item by day, of a node by its children. */
export const cellsOfGroup = (fields: Fields, group: Group, node?: Bucket): Cell[] =>
  groupCellsBy(fields, placeOf(group).at, (time) =>
    node ? childOf(groupTree, node, time) : { level: "day", at: time },
  );

/** How many ran for some time: see durations.ts. */
export interface DurationCell {
  readonly bucket: Bucket;
  readonly duration: number;
  readonly n: number;
}

const durationCellsBy = (fields: Fields, bucketAt: (at: number) => Bucket): DurationCell[] =>
  Object.entries(fields).flatMap(([name, n]) => {
    const ran = parseDuration(name);
    return ran === undefined ? [] : [{ bucket: bucketAt(ran.at), duration: ran.duration, n }];
  });

/** What a head has not spilled yet, by the hour. */
export const durationsOfHead = (fields: Fields): DurationCell[] =>
  durationCellsBy(fields, (at) => ({ level: "hour", at }));

/** What a stretch has, by its parts. */
export const durationsOfStretch = (fields: Fields, stretch: Stretch): DurationCell[] =>
  durationCellsBy(fields, (at) => partOf(stretch, at));
