/** A stream record of the table Executions, as the change of status that it is, if it is one. */
import { Status } from "@attune/domain/lifecycle";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { M, N, S } from "../streams/attributes.ts";

const OldImage = z.object({ status: S.pipe(Status) });
const NewImage = OldImage.extend({
  id: N,
  version: N,
  updated: S,
  action_ref: S,
  enforcement: N.optional(),
  parent: N.optional(),
  retry: M({ max_attempts: N, backoff_seconds: N, max_backoff_seconds: N }).optional(),
  try: N.optional(),
});

const Images = z
  .object({ NewImage: NewImage.optional(), OldImage: OldImage.optional() })
  .refine((images) => images.NewImage ?? images.OldImage, "A record without an image");

export interface StatusChange {
  /** The execution, as it became. */
  readonly image: z.infer<typeof NewImage>;
  /** `null`: it was created. */
  readonly previous: Status | null;
}

/**
 * `undefined` for a change of something else (the owner, a heartbeat) and for a deletion.
 *
 * @throws ZodError for a record that is of no execution
 */
export function statusChangeOf({ dynamodb }: DynamoDBRecord): StatusChange | undefined {
  const { NewImage: image, OldImage: old } = Images.parse(dynamodb);
  if (image === undefined || image.status === old?.status) return undefined;
  return { image, previous: old?.status ?? null };
}
