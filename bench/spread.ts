/** Milliseconds: what half of the measurements stay below, and 99 in a hundred. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

export function spreadOf(taken: readonly number[]): Spread {
  const sorted = taken.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
