import { ServiceError } from "@attune/domain/errors";
import { explainFailure } from "@attune/functions/http/failure";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";

const away = { error: "The service is not available for the moment; try again", status: 503 };
const ours = { error: "The service failed to answer; the failure is logged", status: 500 };

const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, message: "secret" });

/** What a real client says of a server that is not there, or does not answer in time. */
async function failureAt(endpoint: string): Promise<unknown> {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const get = new GetItemCommand({ TableName: "Executions", Key: { id: { N: "1" } } });
  try {
    return await client.send(get).then(() => undefined);
  } catch (error) {
    return error;
  } finally {
    client.destroy();
  }
}

describe("what a client is told", () => {
  it("of our own error: what it says, without its cause", () => {
    const cause = new Error("secret");
    expect(explainFailure(new ServiceError(409, "Taken", { cause }))).toEqual({
      error: "Taken",
      status: 409,
    });
    expect(explainFailure(new ServiceError(400, "Bad", { details: [1] }))).toEqual({
      error: "Bad",
      status: 400,
      details: [1],
    });
  });

  it.each([
    ["throttles", new ProvisionedThroughputExceededException(answered(400))],
    [
      "throttles by another name",
      new DynamoDBServiceException({
        ...answered(400),
        name: "ThrottlingException",
        $fault: "client",
      }),
    ],
    ["fails itself", new InternalServerError(answered(500))],
    [
      "is overloaded",
      new DynamoDBServiceException({ ...answered(503), name: "Unknown", $fault: "server" }),
    ],
    ["does not answer in time", Object.assign(new Error("secret"), { name: "TimeoutError" })],
  ])("where AWS %s: that the service is away", (_, error) => {
    expect(explainFailure(error)).toEqual(away);
  });

  it("where a server is not there: that the service is away", async () => {
    expect(explainFailure(await failureAt("http://127.0.0.1:1"))).toEqual(away);
  });

  it.each([
    ["a bug", new TypeError("secret is not a function")],
    [
      "a role that lacks a permission",
      new DynamoDBServiceException({
        ...answered(400),
        name: "AccessDeniedException",
        $fault: "client",
      }),
    ],
    ["a table that is not there", new ResourceNotFoundException(answered(400))],
    ["a condition that nobody expected", new ConditionalCheckFailedException(answered(400))],
    ["a thrown text", "secret"],
    ["a thrown nothing", undefined],
    ["an object like an error", { status: 404, message: "secret" }],
  ])("of %s: that the service failed, and no more", (_, error) => {
    expect(explainFailure(error)).toEqual(ours);
  });
});
