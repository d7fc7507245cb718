/** Numbers by item and attribute, to be added to what is there. */

/** Item → attribute → number, never zero. */
export type Sums = ReadonlyMap<string, Readonly<Record<string, number>>>;

/** Sums by item and attribute; what comes to zero is left out. */
export function sumUp(counts: Iterable<readonly [key: string, name: string, n: number]>): Sums {
  const sums = new Map<string, Map<string, number>>();
  for (const [key, name, n] of counts) {
    const names = sums.get(key) ?? new Map<string, number>();
    sums.set(key, names.set(name, (names.get(name) ?? 0) + n));
  }
  return new Map(
    [...sums].flatMap(([key, names]) => {
      const left = [...names].filter(([, n]) => n !== 0);
      return left.length === 0 ? [] : [[key, Object.fromEntries(left)] as const];
    }),
  );
}

/** The sum of some sums. */
export function sumAll(all: readonly Sums[]): Sums {
  return sumUp(
    all.flatMap((sums) =>
      [...sums].flatMap(([key, names]) =>
        Object.entries(names).map(([name, n]) => [key, name, n] as const),
      ),
    ),
  );
}
