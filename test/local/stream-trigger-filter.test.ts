import { filterOf } from "@attune/local/triggers/stream-filter";
import { streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";

/** AWS's record: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html */
const customer = {
  eventID: "1",
  eventVersion: "1.0",
  dynamodb: {
    ApproximateCreationDateTime: "1678831218.0",
    Keys: { CustomerName: { S: "AnyCompany Industries" } },
    NewImage: {
      AccountManager: { S: "Pat Candella" },
      PaymentTerms: { S: "60 days" },
      CustomerName: { S: "AnyCompany Industries" },
    },
    SequenceNumber: "111",
    SizeBytes: 26,
    StreamViewType: "NEW_IMAGE",
  },
};

describe("AWS's own examples", () => {
  it.each([
    ["a key", { dynamodb: { Keys: { CustomerName: { S: ["AnyCompany Industries"] } } } }, true],
    ["another key", { dynamodb: { Keys: { CustomerName: { S: ["AnyCompany"] } } } }, false],
    [
      "one of two values",
      { dynamodb: { NewImage: { AccountManager: { S: ["Pat Candella", "Shirley Rodriguez"] } } } },
      true,
    ],
    [
      "both of two fields",
      {
        dynamodb: {
          NewImage: { AccountManager: { S: ["Pat Candella"] }, PaymentTerms: { S: ["30 days"] } },
        },
      },
      false,
    ],
    ["a field", { dynamodb: { NewImage: { AccountManager: { S: [{ exists: true }] } } } }, true],
    ["no such field", { dynamodb: { NewImage: { Phone: { S: [{ exists: true }] } } } }, false],
    ["a field too many", { dynamodb: { NewImage: { Phone: { S: [{ exists: false }] } } } }, true],
    [
      // "The exists operator only works on leaf nodes".
      "a node between",
      { dynamodb: { NewImage: [{ exists: true }] } },
      false,
    ],
  ])("%s", (_, pattern, passes) => {
    expect(filterOf([pattern])(customer)).toBe(passes);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
  const order = {
    UserID: null,
    LastName: "",
    Name: "Alice",
    Location: "New York",
    Day: "Monday",
    Price: 100,
    Weather: "Sunny",
    Region: "us-east-1",
    Tags: ["new", "paid"],
    ProductName: "Lamp",
  };
  it.each([
    ["Null", { UserID: [null] }, true],
    ["Null, and it is text", { Name: [null] }, false],
    ["Empty", { LastName: [""] }, true],
    ["Equals", { Name: ["Alice"] }, true],
    ["And", { Location: ["New York"], Day: ["Monday"] }, true],
    ["And, by half", { Location: ["New York"], Day: ["Tuesday"] }, false],
    ["Or", { Day: ["Monday", "Tuesday"] }, true],
    ["Not", { Weather: [{ "anything-but": ["Raining"] }] }, true],
    ["Not, and it is", { Weather: [{ "anything-but": ["Raining", "Sunny"] }] }, false],
    ["Not one", { Weather: [{ "anything-but": "Sunny" }] }, false],
    ["Not by its beginning", { Region: [{ "anything-but": { prefix: "eu-" } }] }, true],
    ["Not, of what is missing", { Wind: [{ "anything-but": ["Strong"] }] }, false],
    ["Numeric (equals)", { Price: [{ numeric: ["=", 100] }] }, true],
    ["Numeric (range)", { Price: [{ numeric: [">", 10, "<=", 20] }] }, false],
    ["Numeric (range, at its end)", { Price: [{ numeric: [">=", 100, "<", 200] }] }, true],
    ["Numeric, of text", { Name: [{ numeric: [">", 0] }] }, false],
    ["Exists", { ProductName: [{ exists: true }] }, true],
    ["Exists, though null", { UserID: [{ exists: true }] }, true],
    ["Does not exist", { ProductName: [{ exists: false }] }, false],
    ["Begins with", { Region: [{ prefix: "us-" }] }, true],
    ["Begins otherwise", { Region: [{ prefix: "eu-" }] }, false],
    ["one of a list", { Tags: ["paid"] }, true],
    ["none of a list", { Tags: ["late"] }, false],
  ])("%s", (_, pattern, passes) => {
    expect(filterOf([pattern])(order)).toBe(passes);
  });

  it("takes what matches one of several patterns", () => {
    const passes = filterOf([{ Day: ["Tuesday"] }, { Name: ["Alice"] }]);
    expect(passes(order)).toBe(true);
    expect(passes({ ...order, Name: "Bob" })).toBe(false);
  });
});

it("takes everything without a pattern", () => {
  expect(filterOf([])(customer)).toBe(true);
});

it.each([
  { Region: [{ wildcard: "us-*" }] },
  { Region: "us-east-1" },
  { Region: [] },
  { Price: [{ numeric: [">"] }] },
  { Price: [{ numeric: ["~", 1] }] },
])("refuses %j: a pattern that it would read otherwise than AWS", (pattern) => {
  expect(() => filterOf([pattern])).toThrow();
});

const ofExecutions = Object.entries(streamTriggers).filter(
  ([, { table }]) => table === "Executions",
);

describe.each(ofExecutions)("the filters of %s", (_, { filters }) => {
  const passes = filterOf(filters);
  const image = { id: { N: "1" }, status: { S: "running" } };
  const beating = { ...image, beat: { S: "2026-01-13T10:00:00.000Z" } };

  it.each([
    ["a creation", { eventName: "INSERT", dynamodb: { NewImage: image } }, true],
    ["a change", { eventName: "MODIFY", dynamodb: { OldImage: beating, NewImage: image } }, true],
    ["a deletion", { eventName: "REMOVE", dynamodb: { OldImage: beating } }, true],
    [
      "a heartbeat",
      { eventName: "MODIFY", dynamodb: { OldImage: image, NewImage: beating } },
      false,
    ],
  ])("%s", (_, record, wakes) => {
    expect(passes(record)).toBe(wakes);
  });
});
