/**
 * Which sources a list reads: the one place that says so. Each filter that has an index offers a path; the
 * one that leaves nothing open is taken, or else the cheapest by the counters, and what it leaves open is
 * tested on what it yields. See docs/adr/0002-indexes.md.
 */
import { type Filter, type FilterName, namesOf } from "@attune/domain/filter";
import { isFinal, isUnsuccessful, Status } from "@attune/domain/lifecycle";
import type { Group, Tally } from "../counters/tally.ts";
import { hasWholeRows, type Source, sources, tells } from "./sources.ts";

/** A source, and the filters that it leaves open. */
export interface Reading {
  readonly source: Source;
  /** Filters that its entries can be tested on as they are. */
  readonly onEntry: readonly FilterName[];
  /** Filters that need the execution's item. */
  readonly onItem: readonly FilterName[];
}

/** Together they have every execution that matches; one that two of them have is given on once, as the whole row. */
export type Path = readonly Reading[];

/** A source, and what of a filter it leaves open. */
export function readingOf(source: Source, filter: Filter): Reading {
  const open = namesOf(filter).filter((name) => !source.answers.includes(name));
  return {
    source,
    onEntry: open.filter((name) => tells(source, name)),
    onItem: open.filter((name) => !tells(source, name)),
  };
}

/** What a group offers: where a status is asked for, with its members that were unsuccessful apart, which tell theirs. */
function offersOfGroup(members: Source, group: Group, status: readonly Status[] = []): Source[][] {
  if (status.includes("completed")) return [[members, sources.unsuccessful(group)]];
  if (!status.some(isUnsuccessful)) return [[members]];
  const others = status.filter((one) => !isUnsuccessful(one));
  const apart = [sources.unsuccessful(group), ...sources.statuses(others)];
  return others.length > 0 ? [apart, [members]] : [apart];
}

/** What each filter offers. */
function offersOf({ status, action_ref, pack_name, ...filter }: Filter): Source[][] {
  const offers: Source[][] = [];
  if (filter.original_execution !== undefined)
    offers.push([sources.original(filter.original_execution)]);
  for (const kind of ["parent", "enforcement"] as const) {
    const of = filter[kind];
    if (of !== undefined) offers.push(...offersOfGroup(sources[kind](of), { kind, of }, status));
  }
  if (action_ref && status) {
    // No index has the statuses that are passed through by action: few are in them at a time.
    const passing = sources.statuses(status.filter((one) => !isFinal(one)));
    const final = status.filter(isFinal);
    const ended = action_ref.flatMap((ref) => final.map((one) => sources.actionStatus(ref, one)));
    offers.push([...ended, ...passing]);
  }
  if (action_ref) offers.push(action_ref.map(sources.action));
  if (pack_name !== undefined) offers.push([sources.pack(pack_name)]);
  if (status) offers.push(sources.statuses(status));
  else if (filter.executor !== undefined) offers.push(sources.statuses(Status.options));
  return offers.length > 0 ? offers : [[sources.feed]];
}

/** An id that no execution can have, or a list of values without one. */
function isImpossible({ enforcement = 0, parent = 0, executor = 0, ...filter }: Filter): boolean {
  const ids = [enforcement, parent, executor, filter.original_execution ?? 0];
  return !ids.every(Number.isSafeInteger) || filter.action_ref?.length === 0;
}

/**
 * The same filter with each value once, and a pack folded into the actions where there are both.
 * `undefined` where no execution can match it.
 */
export function simplify({ pack_name, ...filter }: Filter): Filter | undefined {
  const isInPack = (ref: string) => pack_name === undefined || ref.startsWith(`${pack_name}.`);
  const simple: Filter = {
    ...filter,
    ...(filter.status ? { status: [...new Set(filter.status)] } : {}),
    ...(filter.action_ref
      ? { action_ref: [...new Set(filter.action_ref)].filter(isInPack) }
      : pack_name === undefined
        ? {}
        : { pack_name }),
  };
  return isImpossible(simple) ? undefined : simple;
}

/** The paths that a simple filter could take: one alone where it leaves nothing open. */
export function pathsOf(filter: Filter): [Path, ...Path[]] {
  const paths = offersOf(filter).map((offer) => offer.map((source) => readingOf(source, filter)));
  const whole = paths.find((path) =>
    path.every(({ onEntry, onItem }) => onEntry.length + onItem.length === 0),
  );
  const [first = [], ...others] = whole ? [whole] : paths;
  return [first, ...others];
}

/** The final statuses of the actions of a pack; `undefined` for a status that is passed through. */
export function pathOfActions(
  { pack_name, status = [], ...filter }: Filter,
  actions: readonly string[],
): Path | undefined {
  if (!status.every(isFinal)) return undefined;
  return actions.flatMap((action) =>
    status.map((one) => readingOf(sources.actionStatus(action, one), filter)),
  );
}

/** The group whose members a path has, and beside them those that were unsuccessful: see settled.ts. */
export const settledGroupOf = (path: Path): Group | undefined =>
  path.some(({ onItem }) => onItem.includes("status"))
    ? path.find(({ source }) => source.unsuccessfulOf)?.source.unsuccessfulOf
    : undefined;

const finals = Status.options.filter(isFinal);

/** What tells how many of a group have not ended. */
export const talliesOfUnfinished = (counter: Group): Tally[] =>
  ["created" as const, ...finals].map((field) => ({ counter, field }));

/** How many of a group have not ended, by the counters. */
export function unfinishedOf(counter: Group, countOf: (tally: Tally) => number): number {
  const ended = finals.reduce((sum, field) => sum + countOf({ counter, field }), 0);
  return Math.max(0, countOf({ counter, field: "created" }) - ended);
}

/** Read units for an entry, for one that is a whole row, and for an item: near enough to choose by. */
const UNITS = { entry: 1 / 100, row: 1 / 50, item: 1 / 2 };

/** Read units of a Query, whatever it finds. */
const QUERY_UNITS = 0.5;
/** Rows of a page, as most have them. */
const PAGE_ROWS = 20;
/** What is read for a match where it has to be looked for, in what it would be if matches were spread evenly: they are not. */
const UNEVEN = 2;

/** What a page of a list costs along a path, in read units, where the list has so many. */
export function pageCostOf(
  path: Path,
  countOf: (tally: Tally) => number,
  { total, shards }: { readonly total: number; readonly shards: number },
): number {
  const partitions = path.reduce((sum, { source }) => sum + source.partitions(shards).length, 0);
  const isOpen = path.some(({ onEntry, onItem }) => onEntry.length + onItem.length > 0);
  const matches = Math.min(PAGE_ROWS, total);
  const whole = costOf(path, countOf);
  // Where there are fewer than a page has, it is walked to its end.
  const walked =
    matches < PAGE_ROWS
      ? whole
      : Math.min(whole, (whole / total) * matches * (isOpen ? UNEVEN : 1));
  const rows = settledGroupOf(path) ? matches * UNITS.item : 0;
  return partitions * QUERY_UNITS + walked + rows;
}

/** What a path costs from end to end, in read units. */
export function costOf(path: Path, countOf: (tally: Tally) => number): number {
  const group = settledGroupOf(path);
  return path.reduce((sum, { source, onItem }) => {
    const entries = source.tallies.reduce((count, tally) => count + countOf(tally), 0);
    const entry = hasWholeRows(source) ? UNITS.row : UNITS.entry;
    const isSettled = group !== undefined && onItem.every((name) => name === "status");
    const items = isSettled ? unfinishedOf(group, countOf) : entries;
    return sum + entries * entry + (onItem.length > 0 ? items * UNITS.item : 0);
  }, 0);
}
