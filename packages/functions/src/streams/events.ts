/**
 * Tells of every change of status by the stream of the table Executions: in order for each execution, at
 * least once, without a gap. The large payloads of an execution are kept before anybody is told of them; what
 * has come to its end and may be tried again is followed up.
 */
import { isFinal } from "@attune/domain/lifecycle";
import { keepBlobs } from "@attune/store/payloads";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { eventBodies } from "../events/messages.ts";
import { publishInOrder } from "../events/publish.ts";
import { statusChangeOf } from "../events/status-change.ts";
import { followUp } from "../executor/follow-up.ts";
import { store } from "../resources.ts";
import { newBlobsOf } from "./blobs.ts";
import { goOnFrom, readRecords } from "./records.ts";

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, (record) => {
      const change = statusChangeOf(record);
      return change === undefined ? [] : [{ record, blobs: newBlobsOf(record), ...change }];
    });
    const changes = read.flat();
    await keepBlobs(
      store,
      changes.flatMap(({ blobs }) => blobs),
    );
    const unsent = await publishInOrder(
      changes.flatMap((change) =>
        eventBodies(change).map((body) => ({ change, execution: change.image.id, body })),
      ),
    );
    // What comes after is delivered again, and followed up then.
    const published = unsent ? changes.slice(0, changes.indexOf(unsent.change)) : changes;
    await followUp(published.map(({ image }) => image).filter(({ status }) => isFinal(status)));
    return goOnFrom(unsent?.change.record ?? unreadable);
  },
);
