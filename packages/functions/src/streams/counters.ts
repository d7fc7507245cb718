/** Keeps the counters by the stream of the table Executions: exactly once, see docs/adr/0003-counters.md. */

import { countChanges } from "@attune/store/counters/count-changes";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { store } from "../resources.ts";
import { changeOf } from "./changes.ts";
import { goOnFrom, readRecords } from "./records.ts";

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read: changes, unreadable } = readRecords(Records, changeOf);
    await countChanges(store, changes);
    return goOnFrom(unreadable);
  },
);
