/** Stream records of the table Executions, as the objects in S3 that they begin to refer to. */
import type { Payload } from "@attune/store/payloads";
import type { DynamoDBRecord } from "aws-lambda";
import * as z from "zod";
import { M, N, S } from "./attributes.ts";

const Attribute = M({ object: S.optional(), bytes: N.optional() }).optional();
const Image = z.object({ config: Attribute, result: Attribute });
const Images = z.object({ NewImage: Image.optional(), OldImage: Image.optional() });

/** @throws ZodError for a record that is of no execution */
export function newBlobsOf({ dynamodb }: DynamoDBRecord): Payload[] {
  const { NewImage, OldImage } = Images.parse(dynamodb);
  return [
    [NewImage?.config, OldImage?.config],
    [NewImage?.result, OldImage?.result],
  ].flatMap(([now, before]) =>
    now?.object === undefined || now.object === before?.object
      ? []
      : [{ object: now.object, bytes: now.bytes ?? 0 }],
  );
}
