/** Attributes of an image in a stream record, as DynamoDB writes them. */
import * as z from "zod";

export const N = z.object({ N: z.string() }).transform(({ N }) => Number(N));
export const S = z.object({ S: z.string() }).transform(({ S }) => S);
export const M = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object({ M: z.object(shape) }).transform(({ M }) => M);
