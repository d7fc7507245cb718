/**
 * The filters of an event source mapping, as far as a pattern here may need them: equality (null too),
 * `exists`, `prefix`, `anything-but` and `numeric`, in nested objects. All fields of a pattern must match,
 * one rule of a field, one pattern of a mapping.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
import * as z from "zod";

const Leaf = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** `undefined`: it is not there. */
type Leaf = z.infer<typeof Leaf> | undefined;

type Test<T> = (value: T) => boolean;

const comparisons = {
  "=": (a: number, b: number) => a === b,
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
};
const Operator = z.literal(["=", "<", "<=", ">", ">="]);

const begins =
  (prefix: string): Test<Leaf> =>
  (leaf) =>
    typeof leaf === "string" && leaf.startsWith(prefix);

const Equality = Leaf.transform(
  (expected): Test<Leaf> =>
    (leaf) =>
      leaf === expected,
);
const Prefix = z.strictObject({ prefix: z.string() }).transform(({ prefix }) => begins(prefix));
const Several = z.array(Equality).transform(
  (tests): Test<Leaf> =>
    (leaf) =>
      tests.some((test) => test(leaf)),
);

/** One comparison, or the two of a range. */
const Comparisons = z.union([
  z.tuple([Operator, z.number()]).transform((one) => [one]),
  z
    .tuple([Operator, z.number(), Operator, z.number()])
    .transform(([from, low, to, high]) => [[from, low] as const, [to, high] as const]),
]);

/** A number of DynamoDB is text in a record: `numeric` matches JSON's numbers alone. */
const Numeric = z.strictObject({ numeric: Comparisons }).transform(
  ({ numeric }): Test<Leaf> =>
    (leaf) =>
      typeof leaf === "number" &&
      numeric.every(([operator, bound]) => comparisons[operator](leaf, bound)),
);

const Rule = z.union([
  Equality,
  Prefix,
  Numeric,
  z.strictObject({ exists: z.boolean() }).transform(
    ({ exists }): Test<Leaf> =>
      (leaf) =>
        (leaf !== undefined) === exists,
  ),
  z.strictObject({ "anything-but": z.union([Equality, Several, Prefix]) }).transform(
    ({ "anything-but": excluded }): Test<Leaf> =>
      (leaf) =>
        leaf !== undefined && !excluded(leaf),
  ),
]);

/** A field that is an object, or a list of nothing, has no value of its own: rules see leaves alone. */
function leavesOf(node: unknown): Leaf[] {
  const values = Array.isArray(node) ? node : [node];
  const leaves = values
    .map((value) => Leaf.safeParse(value).data)
    .filter((leaf) => leaf !== undefined);
  return leaves.length > 0 ? leaves : [undefined];
}

const Rules = z
  .array(Rule)
  .min(1)
  .transform(
    (tests): Test<unknown> =>
      (node) =>
        leavesOf(node).some((leaf) => tests.some((test) => test(leaf))),
  );

function memberOf(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, name)
    ? Reflect.get(node, name)
    : undefined;
}

const Pattern: z.ZodType<Test<unknown>> = z.lazy(() =>
  z.record(z.string(), z.union([Rules, Pattern])).transform(
    (fields): Test<unknown> =>
      (node) =>
        Object.entries(fields).every(([name, test]) => test(memberOf(node, name))),
  ),
);

/**
 * The test of a mapping's patterns; without patterns everything passes.
 *
 * @throws ZodError for a pattern with a rule that is not one of the above
 */
export function filterOf(patterns: readonly object[]): Test<unknown> {
  const tests = patterns.map((pattern) => Pattern.parse(pattern));
  return (event) => tests.length === 0 || tests.some((test) => test(event));
}
