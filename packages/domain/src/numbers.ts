/** Integers that schemas share. A schema takes some 50 µs of a cold start: those that are alike are one. */
import * as z from "zod/mini";

/** An integer that JSON carries exactly. */
export const Integer = z.int();

/** How many there are. */
export const Natural = Integer.check(z.minimum(0));

/** Counted from 1. */
export const Positive = Integer.check(z.minimum(1));
