/** Path and query parameters: text that has to be an integer, a status, a page. */
import { Status } from "@attune/domain/lifecycle";
import * as z from "zod";

/** An integer in text. One past 2^53 is an integer as well, and no execution has it. */
const integer = (name: string) => z.string().regex(/^-?\d{1,40}$/, `${name} must be an integer`);

/** An id in a path, kept to the digit for the message that it is not found. */
export const IdParam = integer("The execution ID").transform((text) => BigInt(text));

export const integerParam = (name: string) => integer(name).transform(Number);

const MAX_PER_PAGE = 100;

const countParam = (name: string) =>
  integer(name)
    .transform(Number)
    .refine((value) => value >= 1, `${name} must be 1 or more`)
    .refine((value) => value <= Number.MAX_SAFE_INTEGER, `${name} is too large`);

export const PageParam = countParam("page").default(1);
export const PerPageParam = countParam("per_page")
  .transform((value) => Math.min(value, MAX_PER_PAGE))
  .default(20);

export const StatusParam = z.string().transform((text, context) => {
  const status = Status.safeParse(text);
  if (status.success) return status.data;
  context.addIssue({ code: "custom", message: `Invalid execution status: ${text}` });
  return z.NEVER;
});

/** A text that must say something: an empty one would match nothing. */
export const textParam = (name: string) => z.string().min(1, `${name} must not be empty`);
