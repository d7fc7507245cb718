/** What some calls to DynamoDB cost. */
import type { Call } from "../test/fixtures/dynamodb-proxy.ts";

export interface Cost {
  readonly requests: number;
  /** Calls one after the other: the longest chain of which none began before the one before it ended. */
  readonly roundTrips: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Items in the answers. */
  readonly items: number;
}

/** Units by table and `table/index`. */
export type Units = Readonly<Record<string, number>>;

/**
 * A write whose condition is refused costs as much as it would have otherwise, and no server reports it.
 * Here no item that stands against a write has more than a kilobyte.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
const REFUSED_UNITS = 1;

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function roundTripsOf(calls: readonly Call[]): number {
  let trips = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { start, end } of calls.toSorted((one, other) => one.end - other.end)) {
    if (start < free) continue;
    trips++;
    free = end;
  }
  return trips;
}

function writeUnitsOf({ status, writeUnits }: Call): number {
  return status === 400 ? REFUSED_UNITS : writeUnits;
}

/** @throws Error for a call that failed: what it cost is nothing to go by */
export function costOf(calls: readonly Call[]): Cost {
  for (const { operation, status = 0, tables } of calls) {
    if (status >= 500 || status === 0 || (status === 400 && operation !== "PutItem"))
      throw new Error(`${operation} on ${tables} was answered ${status}`);
  }
  return {
    requests: calls.length,
    roundTrips: roundTripsOf(calls),
    readUnits: sum(calls.map(({ readUnits }) => readUnits)),
    writeUnits: sum(calls.map(writeUnitsOf)),
    items: sum(calls.map(({ items }) => items)),
  };
}

/** The sum of some units, whatever they are of. */
export const totalOf = (units: Units) => sum(Object.values(units));
