/**
 * What DynamoDB charges, as AWS documents it, to hold the figures of another engine against.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */

const bytes = (text: string) => Buffer.byteLength(text);

/** Two significant digits to a byte, one byte more, and one more for a sign. */
function numberSize(value: number): number {
  const digits = String(Math.abs(value))
    .replace(".", "")
    .replace(/^0+|0+$/g, "");
  return Math.ceil(digits.length / 2) + 1 + Number(value < 0);
}

function valueSize(value: unknown): number {
  if (typeof value === "string") return bytes(value);
  if (typeof value === "number") return numberSize(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (value instanceof Set) return [...value].reduce<number>((sum, one) => sum + valueSize(one), 0);
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + 1 + valueSize(one), 3);
  if (typeof value === "object" && value !== null)
    return 3 + Object.keys(value).length + sizeOf({ ...value });
  return 1;
}

/** Bytes of an item: its attribute names and values. */
export function sizeOf(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + bytes(name) + valueSize(value),
    0,
  );
}

/** For an item of some bytes: of an update, the larger one of before and after. */
export function writeUnits(size: number, { transaction = false } = {}): number {
  return Math.max(1, Math.ceil(size / 1_024)) * (transaction ? 2 : 1);
}

/** For an item that is got, or for all the items together that a query reads. */
export function readUnits(size: number, { consistent = false } = {}): number {
  return Math.max(1, Math.ceil(size / 4_096)) / (consistent ? 1 : 2);
}

/** An entry of an index: its key, and its size. */
export interface IndexEntry {
  readonly key: string;
  readonly size: number;
  /** Whatever is projected, as text: the same text, the same entry. */
  readonly content: string;
}

/** For one index, from the entry that an item had in it to the one that it has. */
export function indexWriteUnits(before: IndexEntry | undefined, after: IndexEntry | undefined) {
  if (before !== undefined && after !== undefined && before.key === after.key)
    return before.content === after.content ? 0 : writeUnits(Math.max(before.size, after.size));
  const both = [before, after].filter((entry) => entry !== undefined);
  return both.reduce((sum, { size }) => sum + writeUnits(size), 0);
}
