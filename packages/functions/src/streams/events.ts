/**
 * Tells of every change of status by the stream of the table Executions: in order for each execution, at
 * least once, without a gap. The queue and the live log are told at the same time. The large payloads of an
 * execution are kept before anybody is told of them; what has come to its end and may be tried again is followed up.
 */
import { isFinal } from "@attune/domain/lifecycle";
import type { LiveTransition } from "@attune/domain/live";
import { appendAll } from "@attune/store/live/log";
import { keepBlobs } from "@attune/store/payloads";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { eventBodies } from "../events/messages.ts";
import { publishInOrder } from "../events/publish.ts";
import { type StatusChange, statusChangeOf } from "../events/status-change.ts";
import { followUp } from "../executor/follow-up.ts";
import { append, audience } from "../live/append.ts";
import { logger } from "../logger.ts";
import { store } from "../resources.ts";
import { newBlobsOf } from "./blobs.ts";
import { goOnFrom, readRecords } from "./records.ts";

const transitionOf = ({ image, previous }: StatusChange): LiveTransition => {
  const { id, version, status, action_ref, parent = null, enforcement = null, updated } = image;
  return { id, version, previous, status, action_ref, parent, enforcement, updated };
};

/** Whether all is in the live log that somebody may be told of. */
async function isLogged(changes: readonly StatusChange[]): Promise<boolean> {
  try {
    if (await audience.isThere()) await appendAll(append, changes.map(transitionOf));
    return true;
  } catch (error) {
    logger.error("The live log does not take changes", { error });
    return false;
  }
}

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
    const messages = changes.flatMap((change) =>
      eventBodies(change).map((body) => ({ change, execution: change.image.id, body })),
    );
    const [unsent, logged] = await Promise.all([publishInOrder(messages), isLogged(changes)]);
    // What comes after is delivered again, and followed up then.
    const published = unsent ? changes.slice(0, changes.indexOf(unsent.change)) : changes;
    await followUp(published.map(({ image }) => image).filter(({ status }) => isFinal(status)));
    return goOnFrom(logged ? (unsent?.change.record ?? unreadable) : Records[0]);
  },
);
