import type { AttributeValue, _Record as StreamRecord } from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBRecord, DynamoDBStreamEvent, AttributeValue as EventValue } from "aws-lambda";

type Image = Readonly<Record<string, AttributeValue>>;

/** The event of https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function streamEvent(records: readonly StreamRecord[], arn: string): DynamoDBStreamEvent {
  return { Records: records.map((record) => eventRecord(record, arn)) };
}

/** One of the event's records. */
export function eventRecord(record: StreamRecord, eventSourceARN: string): DynamoDBRecord {
  const { dynamodb: change = {}, eventID, eventName, eventVersion, eventSource } = record;
  const created = change.ApproximateCreationDateTime;
  return {
    ...(eventID !== undefined && { eventID }),
    ...(eventName !== undefined && { eventName }),
    ...(eventVersion !== undefined && { eventVersion }),
    ...(eventSource !== undefined && { eventSource }),
    ...(record.awsRegion !== undefined && { awsRegion: record.awsRegion }),
    dynamodb: {
      ...(created !== undefined && { ApproximateCreationDateTime: created.getTime() / 1_000 }),
      ...(change.Keys && { Keys: eventImage(change.Keys) }),
      ...(change.NewImage && { NewImage: eventImage(change.NewImage) }),
      ...(change.OldImage && { OldImage: eventImage(change.OldImage) }),
      SequenceNumber: sequenceOf(record),
      ...(change.SizeBytes !== undefined && { SizeBytes: change.SizeBytes }),
      ...(change.StreamViewType !== undefined && { StreamViewType: change.StreamViewType }),
    },
    eventSourceARN,
  };
}

export function sequenceOf(record: StreamRecord): string {
  const sequence = record.dynamodb?.SequenceNumber;
  if (sequence === undefined) throw new Error("a stream record without a sequence number");
  return sequence;
}

function eventImage(image: Image): Record<string, EventValue> {
  return Object.fromEntries(Object.entries(image).map(([key, value]) => [key, eventValue(value)]));
}

/** The event is JSON: bytes are base64 in it. */
function eventValue(value: AttributeValue): EventValue {
  if (value.B !== undefined) return { B: Buffer.from(value.B).toString("base64") };
  if (value.BS !== undefined)
    return { BS: value.BS.map((bytes) => Buffer.from(bytes).toString("base64")) };
  if (value.L !== undefined) return { L: value.L.map(eventValue) };
  if (value.M !== undefined) return { M: eventImage(value.M) };
  if (value.$unknown !== undefined) throw new Error(`unknown type ${value.$unknown[0]}`);
  return value;
}
