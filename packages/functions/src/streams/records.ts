/** What the consumers of a stream have in common: reading its records in order, up to one that fails. */
import type { DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { logger } from "../logger.ts";

/** What is read of the records before the first that cannot be read, and that record. */
export function readRecords<T>(
  records: readonly DynamoDBRecord[],
  readOne: (record: DynamoDBRecord) => T,
) {
  const read: T[] = [];
  for (const record of records) {
    try {
      read.push(readOne(record));
    } catch (error) {
      logger.error("A stream record cannot be read", { error, event: record.eventID });
      return { read, unreadable: record };
    }
  }
  return { read, unreadable: undefined };
}

/**
 * The answer to the mapping: all is done, or it goes on from this record, alone with it in the end, and
 * then gives it up to its queue.
 */
export function goOnFrom(record: DynamoDBRecord | undefined): DynamoDBBatchResponse {
  const itemIdentifier = record?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
}
