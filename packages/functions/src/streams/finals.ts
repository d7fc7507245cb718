/** Stream records of the table Executions, as the executions that have become final. */
import { isFinal, Status } from "@attune/domain/lifecycle";
import type { Final } from "@attune/store/search/save-segments";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { M, N, S } from "./attributes.ts";

const Image = z.object({
  id: N,
  status: S.pipe(Status),
  action_ref: S,
  enforcement: N.optional(),
  parent: N.optional(),
  executor: N.optional(),
  original_execution: N.optional(),
  result: z.union([M({ text: S }), M({ ref: S, bytes: N }), M({ object: S, bytes: N })]).optional(),
});
const Images = z.object({
  NewImage: Image.optional(),
  OldImage: z.object({ status: S.pipe(Status) }).optional(),
});

/**
 * The execution that became final by a change; none for any other change.
 *
 * @throws ZodError for a record that is of no execution
 */
export function finalsOf({ dynamodb }: DynamoDBRecord): Final[] {
  const { NewImage, OldImage } = Images.parse(dynamodb);
  const wasFinal = OldImage !== undefined && isFinal(OldImage.status);
  return NewImage && isFinal(NewImage.status) && !wasFinal ? [NewImage] : [];
}
