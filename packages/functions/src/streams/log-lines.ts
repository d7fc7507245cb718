/**
 * Tells the live log of the lines of logs, by the stream of the table Logs: in order for each execution, at least once. An
 * entry says whose lines they are, and from which number to which; they are read where somebody wants them.
 */
import type { LiveGrowth } from "@attune/domain/live";
import { appendAll } from "@attune/store/live/log";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import * as z from "zod";
import { append, audience } from "../live/append.ts";
import { N, S } from "./attributes.ts";
import { goOnFrom, readRecords } from "./records.ts";

const Chunk = z.object({
  execution: N,
  seq: N,
  last: N,
  action_ref: S,
  parent: N.optional(),
  enforcement: N.optional(),
});

/** The lines of a new chunk; none where all that it says is that the log is full. */
function growthOf({ dynamodb }: DynamoDBRecord): LiveGrowth[] {
  const chunk = Chunk.parse(dynamodb?.NewImage);
  const { execution: id, seq, last, action_ref, parent = null, enforcement = null } = chunk;
  if (last < seq) return [];
  return [{ id, from_seq: seq, to_seq: last, status: null, action_ref, parent, enforcement }];
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, growthOf);
    if (await audience.isThere()) await appendAll(append, read.flat());
    return goOnFrom(unreadable);
  },
);
