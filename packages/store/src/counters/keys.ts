/**
 * The names of the counters' items and attributes.
 *
 * | item | holds |
 * | --- | --- |
 * | `all`, `action#X`, `pack#P`; of a further writer `1:all` and so on | the head: totals, what was counted lately by fine bucket, and the rest by year |
 * | `y<n>:all`, `f<n>:`, `h<n>:`; of those without a parent `Y<n>:`, `F<n>:`, `H<n>:` | nodes: a year by four days, four days by the hour, and an hour by fine bucket |
 * | `td<n>:all`, `tw<n>:`, `tm<n>:` | durations of a day by the hour, of eight days by the day, and of a month |
 * | `enforcement:<n>`, `parent:<n>`, and `…:w<n>` | groups that are neighbours: members by day, and those that ended otherwise than completed |
 * | `d<n>:enforcement:<n>`, `q<n>:` and so on | the same of a day by its quarters of an hour, and of such a quarter by its finest buckets |
 * | `enforcement-ends:<n>`, `parent-ends:<n>`, and `…:w<n>` | more of them: members that completed |
 * | `ledger#<page>` | what is counted already |
 *
 * A prefix ends at the first colon and has no `#`, so that no action can be mistaken for one.
 */
import { type Bucket, bucketAt, groupTree, type Level, offsetIn } from "./buckets.ts";
import type { Stretch } from "./stretches.ts";
import { type Group, hasPositions, isOfTops, type Lasting, letters, type Wide } from "./tally.ts";

const inBase36 = (n: number) => n.toString(36);

const nameOf = (counter: Wide) =>
  counter.kind === "all" ? counter.kind : `${counter.kind}#${counter.of}`;

/** The head of a counter that a writer adds to. The first writer's has no prefix. */
export const headKey = (counter: Wide, writer: number): string =>
  writer === 0 ? nameOf(counter) : `${inBase36(writer)}:${nameOf(counter)}`;

/** The heads of a counter, of all writers. */
export const headKeys = (counter: Wide, writers: number): string[] =>
  Array.from({ length: writers }, (_, writer) => headKey(counter, writer));

/** A level of nodes → its mark in their keys. */
const marks: Readonly<Partial<Record<Level, string>>> = {
  year: "y",
  fourDays: "f",
  hour: "h",
  day: "d",
  quarter: "q",
};

const markOf = ({ level }: Bucket): string => marks[level] ?? level;

/**
 * The node of a counter that has a field: all writers share it. What has no parent is in items of its own, so that they stay
 * below 4 KB, half a read unit.
 */
export function nodeKey(counter: Wide, node: Bucket, field: Lasting): string {
  const mark = isOfTops(field) ? markOf(node).toUpperCase() : markOf(node);
  return `${mark}${inBase36(node.at)}:${nameOf(counter)}`;
}

/** A node of a counter, with all its fields. */
export const nodeKeysOf = (counter: Wide, node: Bucket): string[] =>
  (["created", "top_level"] as const).map((field) => nodeKey(counter, node, field));

/** The durations of a day, of eight or of a month. */
export const durationsKey = (counter: Wide, { mark, at }: Stretch): string =>
  `t${mark}${inBase36(at)}:${nameOf(counter)}`;

export const ledgerKey = (page: string): string => `ledger#${page}`;

/** The attribute that counts a lasting field at a place: a fine bucket, a child of a node, a group. */
export const cellName = (at: number, letter: string): string => `${inBase36(at)}${letter}`;

/** The place and the letter of such an attribute; `undefined` for every other one. */
export function parseCell(name: string): { at: number; letter: string } | undefined {
  const [, at, letter] = /^([0-9a-z]+)([A-Z])$/.exec(name) ?? [];
  return at === undefined || letter === undefined ? undefined : { at: parseInt(at, 36), letter };
}

/** The attribute of a head that counts what it has spilled of a lasting field in a year. */
export const yearName = (at: number, letter: string): string => `${letter}${inBase36(at)}`;

/** The year and the letter of such an attribute; `undefined` for every other one. */
export function parseYear(name: string): { at: number; letter: string } | undefined {
  const [, letter, at] = /^([A-Z])([0-9a-z]+)$/.exec(name) ?? [];
  return at === undefined || letter === undefined ? undefined : { at: parseInt(at, 36), letter };
}

/** The attribute that counts a lasting field of the group at a place; members by time: a day, or a child of a node. */
export const groupCellName = (at: number, letter: string, time?: number): string =>
  `${cellName(at, letter)}${time === undefined ? "" : inBase36(time)}`;

/** The place, the letter and the time of such an attribute. */
export function parseGroupCell(name: string) {
  const [, at, letter, time] = /^([0-9a-z]+)([A-Z])([0-9a-z]*)$/.exec(name) ?? [];
  return at === undefined || letter === undefined
    ? undefined
    : { at: parseInt(at, 36), letter, ...(time ? { time: parseInt(time, 36) } : {}) };
}

/** The attribute that counts what ran for some time: in an hour, or in a part of a stretch. */
export const durationName = (at: number, duration: number): string =>
  `${inBase36(at)}H${inBase36(duration)}`;

/** The place and the duration of such an attribute; `undefined` for every other one. */
export function parseDuration(name: string): { at: number; duration: number } | undefined {
  const [, at, duration] = /^([0-9a-z]+)H([0-9a-z]+)$/.exec(name) ?? [];
  return at === undefined || duration === undefined
    ? undefined
    : { at: parseInt(at, 36), duration: parseInt(duration, 36) };
}

/** An item that groups share whose ids are near each other, since they are counted together. */
interface Block {
  readonly mark: string;
  readonly ids: number;
}

/** Ids that somebody counts up are below this; ids of executions grow by 4,096 a millisecond. */
const DENSE_BELOW = 2 ** 32;

function placeIn(name: string, { kind, of }: Group, dense: Block, sparse: Block) {
  const { mark, ids } = of < DENSE_BELOW ? dense : sparse;
  const block = Math.floor(of / ids);
  return { key: `${kind}${name}:${mark}${inBase36(block)}`, at: of - block * ids };
}

/** The item that has the members of a group, and its place in it: of 64 numbers, or of executions of 256 ms. */
export const placeOf = (group: Group): { key: string; at: number } =>
  placeIn("", group, { mark: "", ids: 64 }, { mark: "w", ids: 2 ** 20 });

/**
 * The item that has how many of a group's members completed, and its place in it: of 160 numbers, or of executions of 512 ms.
 * Members end in any order, so that hardly two in a batch share an item: it is as large as a kilobyte takes.
 */
export const endsPlaceOf = (group: Group): { key: string; at: number } =>
  placeIn("-ends", group, { mark: "", ids: 160 }, { mark: "w", ids: 2 ** 21 });

/** A day or a quarter of an hour of a group, which it shares with its neighbours. */
export const groupNodeKey = (group: Group, node: Bucket): string =>
  `${markOf(node)}${inBase36(node.at)}:${placeOf(group).key}`;

/** Where it is counted that a member of a group is in a field. */
export function memberPlacesOf(
  group: Group,
  field: Lasting,
  id: number,
): (readonly [key: string, name: string])[] {
  const letter = letters[field];
  // Most members complete: that writes one item, and no time.
  if (!hasPositions({ counter: group, field })) {
    const { key, at } = endsPlaceOf(group);
    return [[key, groupCellName(at, letter)]];
  }
  const { key, at } = placeOf(group);
  const [day, quarter] = [bucketAt("day", id), bucketAt("quarter", id)];
  return [
    [key, groupCellName(at, letter, day.at)],
    ...[day, quarter].map(
      (node) =>
        [
          groupNodeKey(group, node),
          groupCellName(at, letter, offsetIn(groupTree, node, id)),
        ] as const,
    ),
  ];
}
