/**
 * Tells of every change of status by the stream of the table Executions: in order for each execution, at
 * least once, without a gap.
 */
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { eventBodies } from "../events/messages.ts";
import { publishInOrder } from "../events/publish.ts";
import { statusChangeOf } from "../events/status-change.ts";
import { goOnFrom, readRecords } from "./records.ts";

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, (record) => ({
      record,
      change: statusChangeOf(record),
    }));
    const messages = read.flatMap(({ record, change }) =>
      change === undefined
        ? []
        : eventBodies(change).map((body) => ({ record, execution: change.image.id, body })),
    );
    const unsent = await publishInOrder(messages);
    return goOnFrom(unsent?.record ?? unreadable);
  },
);
