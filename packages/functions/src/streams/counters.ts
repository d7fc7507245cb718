/** Keeps the counters by the stream of the table Executions: exactly once, see docs/adr/0003-counters.md. */

import { countChanges } from "@attune/store/counters/count-changes";
import type { Change } from "@attune/store/counters/fold";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";
import { changeOf } from "./changes.ts";

/** The changes before the first record that cannot be read, and that record. */
function readChanges(records: readonly DynamoDBRecord[]) {
  const changes: Change[] = [];
  for (const record of records) {
    try {
      changes.push(changeOf(record));
    } catch (error) {
      logger.error("A stream record cannot be read", { error, event: record.eventID });
      return { changes, unreadable: record };
    }
  }
  return { changes, unreadable: undefined };
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { changes, unreadable } = readChanges(Records);
    await countChanges(store, changes);
    // The mapping goes on from here, alone with the record in the end, and gives it up to its queue.
    const itemIdentifier = unreadable?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  },
);
