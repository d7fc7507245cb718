/** Integers that schemas share. Making a schema takes its part of a cold start: those that are alike are one. */
import * as z from "zod/mini";

/** An integer that JSON carries exactly. */
export const Integer = z.int();

/** How many there are. */
export const Natural = Integer.check(z.minimum(0));

/** Counted from 1. */
export const Positive = Integer.check(z.minimum(1));
