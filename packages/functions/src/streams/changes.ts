/** Stream records of the table Executions, as the changes that the counters count. */
import { isFinal, Status } from "@attune/domain/lifecycle";
import { durationOf } from "@attune/store/counters/durations";
import type { Change } from "@attune/store/counters/fold";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { N, S } from "./attributes.ts";

/** What is read of an image: attributes as DynamoDB writes them. */
const Image = z.object({
  id: N,
  version: N,
  status: S.pipe(Status),
  updated: S,
  started: S.optional(),
  ledger: S,
  action_ref: S,
  enforcement: N.optional(),
  parent: N.optional(),
});
type Image = z.infer<typeof Image>;

const StreamRecord = z
  .object({
    ApproximateCreationDateTime: z.number(),
    NewImage: Image.optional(),
    OldImage: Image.optional(),
  })
  .transform(({ ApproximateCreationDateTime, NewImage, OldImage }, context) => {
    const image = NewImage ?? OldImage;
    if (image !== undefined)
      return { image, isGone: NewImage === undefined, at: ApproximateCreationDateTime };
    context.addIssue({ code: "custom", message: "A record without an image" });
    return z.NEVER;
  });

/**
 * The stream keeps its records for a day, and the ledger what is final for a week: what was final long before
 * it was deleted has been counted, whatever the ledger remembers.
 */
const SETTLED_SECONDS = 3 * 24 * 3_600;

const wasSettled = ({ status, updated }: Image, at: number) =>
  isFinal(status) && at - Date.parse(updated) / 1_000 > SETTLED_SECONDS;

/** @throws ZodError for a record that is of no execution */
export function changeOf({ dynamodb }: DynamoDBRecord): Change {
  const { image, isGone, at } = StreamRecord.parse(dynamodb);
  const { id, ledger, version, status, action_ref, enforcement, parent } = image;
  const about = {
    ...{ id, ledger, membership: { action_ref, enforcement, parent } },
    ...durationOf(image),
  };
  if (!isGone) return { ...about, version, status };
  return {
    ...about,
    version: version + 1,
    status: null,
    ...(wasSettled(image, at) ? { forgotten: status } : {}),
  };
}
