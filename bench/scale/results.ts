/** What is found on one size. */
import * as z from "zod";

const Place = z.enum(["first", "middle", "last", "cursor"]);
export type Place = z.infer<typeof Place>;

const Measure = z.object({
  name: z.string(),
  place: Place,
  /** What the page shows. */
  rows: z.int(),
  requests: z.number(),
  roundTrips: z.int(),
  readUnits: z.number(),
  writeUnits: z.number(),
  items: z.number(),
  ms: z.number(),
  /** The total was that of the executions that were drawn. */
  exact: z.boolean(),
  /** Of a search: the executions that it looked at. */
  scanned: z.int().optional(),
  plain: z.object({ readUnits: z.number(), ms: z.number() }).optional(),
});
export type Measure = z.infer<typeof Measure>;

export const Measured = z.object({
  count: z.int(),
  lists: z.array(Measure),
  /** Lists without a counter. */
  bounded: z.array(Measure),
  searches: z.array(Measure),
  stats: z.array(Measure),
  one: Measure,
});
export type Measured = z.infer<typeof Measured>;
