/** Query parameters as text. */

type Value = string | number | boolean | Date | undefined;
export type Parameters = Readonly<Record<string, Value | readonly Value[]>>;

const textOf = (value: Value) => (value instanceof Date ? value.toISOString() : String(value));

/** `?a=1&a=2`, or nothing. What is `undefined` is left out, and what has several values is given several times. */
export function queryText(parameters: Parameters): string {
  const given = Object.entries(parameters).flatMap(([name, values]) =>
    [values]
      .flat()
      .filter((value) => value !== undefined)
      .map((value): [string, string] => [name, textOf(value)]),
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
