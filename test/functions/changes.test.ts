import { changeOf } from "@attune/functions/streams/changes";
import type { AttributeValue, DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";

/** The record of https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html around an image of ours. */
function recordOf(images: {
  NewImage?: Record<string, AttributeValue>;
  OldImage?: Record<string, AttributeValue>;
}): DynamoDBRecord {
  return {
    eventID: "c4ca4238a0b923820dcc509a6f75849b",
    eventName: images.NewImage ? (images.OldImage ? "MODIFY" : "INSERT") : "REMOVE",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    dynamodb: {
      Keys: { id: { N: "374018138035016" } },
      ApproximateCreationDateTime: 1479499740,
      SequenceNumber: "4421584500000000017450439091",
      SizeBytes: 26,
      StreamViewType: "NEW_AND_OLD_IMAGES",
      ...images,
    },
    eventSourceARN:
      "arn:aws:dynamodb:us-east-1:123456789012:table/ExampleTableWithStream/stream/2015-06-27T00:48:05.899",
  };
}

const image = {
  id: { N: "374018138035016" },
  status: { S: "running" },
  owner: { S: "worker" },
  version: { N: "5" },
  attempt: { N: "1" },
  updated: { S: "2026-11-22T20:43:42.137Z" },
  action_ref: { S: "core.echo" },
  pool: { S: "default" },
  feed: { S: "all" },
  pack: { S: "core" },
  ledger: { S: "2okq4pz1bk" },
  config: { M: { text: { S: "{}" } } },
} satisfies Record<string, AttributeValue>;

const change = {
  id: 374018138035016,
  version: 5,
  status: "running",
  ledger: "2okq4pz1bk",
  membership: { action_ref: "core.echo" },
};

describe("a stream record", () => {
  it("of a new execution is what it became", () => {
    expect(changeOf(recordOf({ NewImage: image }))).toEqual(change);
  });

  it("of a changed execution is what it became, not what it was", () => {
    const OldImage = { ...image, status: { S: "scheduled" }, version: { N: "4" } };
    expect(changeOf(recordOf({ NewImage: image, OldImage }))).toEqual(change);
  });

  it("carries enforcement and parent where the execution has them", () => {
    const NewImage = { ...image, enforcement: { N: "42" }, parent: { N: "7" } };
    expect(changeOf(recordOf({ NewImage })).membership).toEqual({
      action_ref: "core.echo",
      enforcement: 42,
      parent: 7,
    });
  });

  it("of a deleted execution is gone, and newer than its last version", () => {
    expect(changeOf(recordOf({ OldImage: image }))).toEqual({
      ...change,
      version: 6,
      status: null,
    });
  });

  const final = {
    ...image,
    status: { S: "failed" },
    started: { S: "2026-11-22T20:43:40.000Z" },
    updated: { S: "2026-11-22T20:43:42.137Z" },
  };

  it("of one that has ended says how long it ran", () => {
    expect(changeOf(recordOf({ NewImage: final }))).toEqual({
      ...change,
      status: "failed",
      duration: 2_137,
    });
  });

  it("says no duration of one that runs, or never ran", () => {
    const { started, ...neverRan } = final;
    expect(changeOf(recordOf({ NewImage: { ...image, started } }))).toEqual(change);
    expect(changeOf(recordOf({ NewImage: neverRan }))).toEqual({ ...change, status: "failed" });
  });

  it.each([
    { days: 2, forgotten: undefined },
    { days: 4, forgotten: "failed" },
  ])("of one that is deleted $days days after its end is forgotten as $forgotten", (given) => {
    const record = recordOf({ OldImage: final });
    const deleted = Date.UTC(2026, 10, 22, 21) / 1_000 + given.days * 86_400;
    const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: deleted };
    expect(changeOf({ ...record, dynamodb })).toEqual({
      ...{ ...change, version: 6, status: null, duration: 2_137 },
      ...(given.forgotten === undefined ? {} : { forgotten: given.forgotten }),
    });
  });

  const { ledger: _, ...withoutLedger } = image;
  it.each([
    ["no change", { ...recordOf({}), dynamodb: undefined }],
    ["keys alone", recordOf({})],
    ["an empty image", recordOf({ NewImage: {} })],
    [
      "an item of another table",
      recordOf({ NewImage: { Message: { S: "New item!" }, Id: { N: "101" } } }),
    ],
    ["an execution without its ledger", recordOf({ NewImage: withoutLedger })],
    ["a status that is none", recordOf({ NewImage: { ...image, status: { S: "paused" } } })],
    ["a version that is a text", recordOf({ NewImage: { ...image, version: { S: "5" } } })],
    ["an image without a version behind it", recordOf({ OldImage: { id: image.id } })],
  ])("with %s is refused", (_name, record) => {
    const { dynamodb, ...rest } = record;
    const given: DynamoDBRecord = dynamodb === undefined ? rest : { ...rest, dynamodb };
    expect(() => changeOf(given)).toThrow();
  });
});
