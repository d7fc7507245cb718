/**
 * Windows of time, which the chunks of segments belong to. Ids grow with the time of creation: those that begin with
 * the same hexadecimal digits were created in one window, and with each digit less the window is sixteen times
 * as long. See docs/adr/0013-search-segments.md.
 */
import { type Bounds, SLOTS } from "@attune/domain/ids";

/** Hexadecimal digits of an id, 53 bits. */
const DIGITS = 14;

/** Level → the last digits, in which the ids of one window differ. */
const freeDigits = {
  /** One window for all: what has come and is not settled yet. */
  inbox: 14,
  /** 65.5 seconds. */
  "1": 7,
  /** 17.5 minutes. */
  "2": 8,
  /** 4.7 hours. */
  "3": 9,
  /** 3.1 days. */
  "4": 10,
  /** 49.7 days. */
  "5": 11,
} as const;

export type Level = keyof typeof freeDigits;

/** Where chunks settle, the shortest windows first. */
export const settledLevels: readonly Level[] = ["1", "2", "3", "4", "5"];

const lengthOf = (level: Level) => 16 ** freeDigits[level];

/** As a string that sorts as the number does. */
export const sortable = (id: number): string => id.toString(16).padStart(DIGITS, "0");
export const idOfSortable = (text: string): number => Number.parseInt(text.slice(0, DIGITS), 16);

/** The ids of the window that an id lies in. */
export function windowOf(level: Level, id: number): Bounds {
  const length = lengthOf(level);
  const from = Math.floor(id / length) * length;
  return { from, below: from + length };
}

/** An execution takes its time to the end: a window is settled when it has been over for a minute. */
const SETTLING_IDS = 60_000 * SLOTS;

/** Whether few more executions of a window are to be expected. @param newest the id of this moment */
export function isOver(level: Level, id: number, newest: number): boolean {
  return windowOf(level, id).below + SETTLING_IDS <= newest;
}
