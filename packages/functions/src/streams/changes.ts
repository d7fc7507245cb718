/** Stream records of the table Executions, as the changes that the counters count. */
import { Status } from "@attune/domain/lifecycle";
import type { Change } from "@attune/store/counters/fold";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { N, S } from "./attributes.ts";

/** What is read of an image: attributes as DynamoDB writes them. */
const Image = z.object({
  id: N,
  version: N,
  status: S.pipe(Status),
  ledger: S,
  action_ref: S,
  enforcement: N.optional(),
  parent: N.optional(),
});

const Images = z
  .object({ NewImage: Image.optional(), OldImage: Image.optional() })
  .transform(({ NewImage, OldImage }, context) => {
    const image = NewImage ?? OldImage;
    if (image !== undefined) return { image, isGone: NewImage === undefined };
    context.addIssue({ code: "custom", message: "A record without an image" });
    return z.NEVER;
  });

/** @throws ZodError for a record that is of no execution */
export function changeOf({ dynamodb }: DynamoDBRecord): Change {
  const { image, isGone } = Images.parse(dynamodb);
  const { id, ledger, version, status, ...membership } = image;
  return isGone
    ? { id, ledger, version: version + 1, status: null, membership }
    : { id, ledger, version, status, membership };
}
