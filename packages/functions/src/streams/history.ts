/** Stream records of the table Executions, as the changes that histories keep. */
import { Owner, Status } from "@attune/domain/lifecycle";
import { type Change, entryOf } from "@attune/store/history/entry";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { N, S } from "./attributes.ts";

const NewImage = z.object({
  id: N,
  version: N,
  status: S.pipe(Status),
  owner: S.pipe(Owner),
  attempt: N,
  executor: N.optional(),
  updated: S,
});
const Images = z.object({
  NewImage: NewImage.optional(),
  OldImage: NewImage.pick({ version: true }).optional(),
});

/**
 * The change of status or owner that a record is; none for any other change, and for a deletion.
 *
 * @throws ZodError for a record that is of no execution
 */
export function changesOf({ dynamodb }: DynamoDBRecord): Change[] {
  const { NewImage: image, OldImage: old } = Images.parse(dynamodb);
  if (image === undefined || image.version === old?.version) return [];
  const { id, version } = image;
  return [{ id, version, entry: entryOf(image) }];
}
