/** Events as AWS delivers them. */
import { randomUUID } from "node:crypto";
import { queueEvent } from "@attune/local/triggers/queue";
import { streamEvent } from "@attune/local/triggers/stream-event";
import { marshall } from "@aws-sdk/util-dynamodb";

/** Messages of a queue. */
export const messages = (...bodies: readonly string[]) =>
  queueEvent(
    bodies.map((Body) => ({ MessageId: randomUUID(), ReceiptHandle: "none", Body })),
    "arn:aws:sqs:us-east-1:000000000000:queue",
  );

/** A change of an item, as a stream tells it. */
export const changesOf = (image: object, before: object) =>
  streamEvent(
    [
      {
        eventName: "MODIFY",
        dynamodb: {
          NewImage: marshall(image, { removeUndefinedValues: true }),
          OldImage: marshall(before, { removeUndefinedValues: true }),
          SequenceNumber: "1",
          ApproximateCreationDateTime: new Date(),
        },
      },
    ],
    "arn:aws:dynamodb:us-east-1:000000000000:table/Executions/stream/1",
  );
