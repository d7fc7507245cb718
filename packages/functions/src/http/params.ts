/** Path and query parameters: text that has to be an integer, a status, a page. */
import { Status } from "@attune/domain/lifecycle";
import * as z from "zod/mini";

/** An integer in text. One past 2^53 is an integer as well, and no execution has it. */
const integer = (name: string) =>
  z
    .string()
    .check(z.regex(/^-?\d{1,40}$/, `${name} must be an integer`), z.meta({ type: "integer" }));

/** An id in a path, kept to the digit for the message that it is not found. */
export const IdParam = z.pipe(
  integer("The execution ID"),
  z.transform((text: string) => BigInt(text)),
);

export const integerParam = (name: string) => z.pipe(integer(name), z.transform(Number));

/** A number of things, or of one of them. */
export const countParam = (name: string, least = 1) =>
  z.pipe(integer(name).check(z.meta({ minimum: least })), z.transform(Number)).check(
    z.refine((value) => value >= least, `${name} must be ${least} or more`),
    z.refine((value) => value <= Number.MAX_SAFE_INTEGER, `${name} is too large`),
  );

/** A number from 1; what is above `most` is `most`. */
export const countUpToParam = (name: string, most: number) =>
  z.pipe(
    countParam(name),
    z.transform((value: number) => Math.min(value, most)),
  );

export const PageParam = z._default(countParam("page"), 1);
export const PerPageParam = z._default(countUpToParam("per_page", 100), 20);

export const StatusParam = z.enum(Status.def.entries, {
  error: ({ input }) => `Invalid execution status: ${input}`,
});

/** A text that must say something: an empty one would match nothing. */
export const textParam = (name: string) =>
  z.string().check(z.minLength(1, `${name} must not be empty`));

/** Any of some statuses: a parameter given once or more, each with one status or more between commas. */
export const StatusesParam = z.pipe(
  z.pipe(
    z.array(z.string().check(z.meta({ enum: Status.options }))),
    z.transform((texts: string[]) => texts.flatMap((text) => text.split(","))),
  ),
  z.array(StatusParam),
);

/** Any of some texts: a parameter given once or more. */
export const textsParam = (name: string) => z.array(textParam(name));

/** Digits beyond a millisecond that say something, which `Date.parse` drops. */
const WITHIN_A_MILLISECOND = /\.\d{3}\d*[1-9]/;

/**
 * A moment, ISO 8601 with its offset from UTC, or a day, which begins at midnight UTC; in Unix milliseconds,
 * rounded up: what was created in the millisecond of a moment within it was created before the moment.
 */
export const timeParam = (name: string) =>
  z.pipe(
    z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
      error: `${name} must be an ISO 8601 time, such as 2026-01-13T10:00:00Z`,
    }),
    z.transform((text: string) => Date.parse(text) + Number(WITHIN_A_MILLISECOND.test(text))),
  );

/** The one thing that a parameter may say. */
export const choiceParam = <const Choices extends readonly string[]>(
  name: string,
  choices: Choices,
) => z.enum(choices, { error: `${name} must be ${choices.join(" or ")}` });
