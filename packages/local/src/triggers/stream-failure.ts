import { randomUUID } from "node:crypto";
import type { _Record as StreamRecord } from "@aws-sdk/client-dynamodb-streams";
import { sequenceOf } from "./stream-event.ts";

interface GivenUp {
  readonly records: readonly [StreamRecord, ...StreamRecord[]];
  readonly streamArn: string;
  readonly shardId: string;
  readonly functionArn: string;
  readonly invocations: number;
}

/**
 * Where a batch that was given up is to be found, as Lambda sends it to the destination for failures:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function failureRecord(given: GivenUp) {
  const first = given.records[0];
  const last = given.records.at(-1) ?? first;
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: given.functionArn,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: given.invocations,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    },
    version: "1.0",
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: given.shardId,
      startSequenceNumber: sequenceOf(first),
      endSequenceNumber: sequenceOf(last),
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: given.records.length,
      streamArn: given.streamArn,
    },
  };
}

function arrival(record: StreamRecord): string | undefined {
  return record.dynamodb?.ApproximateCreationDateTime?.toISOString();
}
