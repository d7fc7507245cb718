/**
 * Keeps by the stream of the table Executions what lists are made from: the counters, exactly once, see
 * docs/adr/0003-counters.md, and then the search segments, see docs/adr/0013-search-segments.md. A batch of which either
 * fails comes again, and what is written already is written no second time.
 */
import { countChanges } from "@attune/store/counters/count-changes";
import { saveSegments } from "@attune/store/search/save-segments";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { store } from "../resources.ts";
import { changeOf } from "./changes.ts";
import { finalsOf } from "./finals.ts";
import { goOnFrom, readRecords } from "./records.ts";

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, (record) => ({
      change: changeOf(record),
      finals: finalsOf(record),
    }));
    await countChanges(
      store,
      read.map(({ change }) => change),
    );
    await saveSegments(
      store,
      read.flatMap(({ finals }) => finals),
    );
    return goOnFrom(unreadable);
  },
);
