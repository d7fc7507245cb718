/** Path and query parameters: text that has to be an integer, a status, a page. */
import { Status } from "@attune/domain/lifecycle";
import * as z from "zod";

/** An integer in text. One past 2^53 is an integer as well, and no execution has it. */
const integer = (name: string) =>
  z
    .string()
    .regex(/^-?\d{1,40}$/, `${name} must be an integer`)
    .meta({ type: "integer" });

/** An id in a path, kept to the digit for the message that it is not found. */
export const IdParam = integer("The execution ID").transform((text) => BigInt(text));

export const integerParam = (name: string) => integer(name).transform(Number);

/** A number of things, or of one of them. */
export const countParam = (name: string, least = 1) =>
  integer(name)
    .meta({ minimum: least })
    .transform(Number)
    .refine((value) => value >= least, `${name} must be ${least} or more`)
    .refine((value) => value <= Number.MAX_SAFE_INTEGER, `${name} is too large`);

/** A number from 1; what is above `most` is `most`. */
export const countUpToParam = (name: string, most: number) =>
  countParam(name).transform((value) => Math.min(value, most));

export const PageParam = countParam("page").default(1);
export const PerPageParam = countUpToParam("per_page", 100).default(20);

export const StatusParam = z.enum(Status.enum, {
  error: ({ input }) => `Invalid execution status: ${input}`,
});

/** A text that must say something: an empty one would match nothing. */
export const textParam = (name: string) => z.string().min(1, `${name} must not be empty`);

/** Any of some statuses: a parameter given once or more, each with one status or more between commas. */
export const StatusesParam = z
  .array(z.string().meta({ enum: Status.options }))
  .transform((texts) => texts.flatMap((text) => text.split(",")))
  .pipe(z.array(StatusParam));

/** Any of some texts: a parameter given once or more. */
export const textsParam = (name: string) => z.array(textParam(name));

/** A moment, ISO 8601 with its offset from UTC, or a day, which begins at midnight UTC; in Unix milliseconds. */
export const timeParam = (name: string) =>
  z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], {
      error: `${name} must be an ISO 8601 time, such as 2026-01-13T10:00:00Z`,
    })
    .transform((text) => Date.parse(text));

/** The one thing that a parameter may say. */
export const choiceParam = <const Choices extends readonly string[]>(
  name: string,
  choices: Choices,
) => z.enum(choices, { error: `${name} must be ${choices.join(" or ")}` });
