/** Path and query parameters: text that has to be an integer, a status, a page. Errors say which one is wrong. */
import { Status } from "@attune/domain/lifecycle";
import * as z from "zod/mini";

/** What the contract calls a parameter of a path. */
const names: Readonly<Record<string, string>> = {
  id: "The execution ID",
  enforcement_id: "The enforcement ID",
};

/** An error that begins with the name of its parameter. */
const saying = (sentence: string) => ({
  error: ({ path: [at = ""] = [] }: { readonly path?: PropertyKey[] | undefined }) =>
    `${names[String(at)] ?? String(at)} ${sentence}`,
});

/** An integer in text. One past 2^53 is an integer as well, and no execution has it. */
const Digits = z
  .string()
  .check(z.regex(/^-?\d{1,40}$/, saying("must be an integer")), z.meta({ type: "integer" }));

/** An id in a path, kept to the digit for the message that it is not found. */
export const IdParam = z.pipe(
  Digits,
  z.transform((text: string) => BigInt(text)),
);

const toNumber = z.transform(Number);

export const IntegerParam = z.pipe(Digits, toNumber);

/** A number of things, or of one of them. */
export const countParam = (least: number) =>
  z.pipe(Digits.check(z.meta({ minimum: least })), toNumber).check(
    z.refine((value) => value >= least, saying(`must be ${least} or more`)),
    z.refine((value) => value <= Number.MAX_SAFE_INTEGER, saying("is too large")),
  );

export const CountParam = countParam(1);

/** A number from 1; what is above `most` is `most`. */
export const countUpToParam = (most: number) =>
  z.pipe(
    CountParam,
    z.transform((value: number) => Math.min(value, most)),
  );

export const PageParam = z._default(CountParam, 1);
export const PerPageParam = z._default(countUpToParam(100), 20);

export const StatusParam = z.enum(Status.def.entries, {
  error: ({ input }) => `Invalid execution status: ${input}`,
});

/** A text that must say something: an empty one would match nothing. */
export const TextParam = z.string().check(z.minLength(1, saying("must not be empty")));

/** Any of some statuses: a parameter given once or more, each with one status or more between commas. */
export const StatusesParam = z.pipe(
  z.pipe(
    z.array(z.string().check(z.meta({ enum: Status.options }))),
    z.transform((texts: string[]) => texts.flatMap((text) => text.split(","))),
  ),
  z.array(StatusParam),
);

/** Any of some texts: a parameter given once or more. */
export const TextsParam = z.array(TextParam);

/** Digits beyond a millisecond that say something, which `Date.parse` drops. */
const WITHIN_A_MILLISECOND = /\.\d{3}\d*[1-9]/;

/**
 * A moment, ISO 8601 with its offset from UTC, or a day, which begins at midnight UTC; in Unix milliseconds,
 * rounded up: what was created in the millisecond of a moment within it was created before the moment.
 */
export const TimeParam = z.pipe(
  z.union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    saying("must be an ISO 8601 time, such as 2026-01-13T10:00:00Z"),
  ),
  z.transform((text: string) => Date.parse(text) + Number(WITHIN_A_MILLISECOND.test(text))),
);

/** The one thing that a parameter may say. */
export const choiceParam = <const Choices extends readonly string[]>(choices: Choices) =>
  z.enum(choices, saying(`must be ${choices.join(" or ")}`));
