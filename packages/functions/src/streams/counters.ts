/**
 * Keeps by the stream of the table Executions what lists are made from: the counters, exactly once, see
 * docs/adr/0003-counters.md, and then the search segments, see docs/adr/0013-search-segments.md; and beside them the
 * histories, see docs/adr/0018-history.md. A batch of which any fails comes again, and what is written already is written
 * no second time.
 */
import { countChanges } from "@attune/store/counters/count-changes";
import type { Change } from "@attune/store/counters/fold";
import { saveHistory } from "@attune/store/history/save-history";
import { type Final, saveSegments } from "@attune/store/search/save-segments";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { store } from "../resources.ts";
import { changeOf } from "./changes.ts";
import { finalsOf } from "./finals.ts";
import { changesOf } from "./history.ts";
import { goOnFrom, readRecords } from "./records.ts";

async function list(changes: readonly Change[], finals: readonly Final[]): Promise<void> {
  await countChanges(store, changes);
  await saveSegments(store, finals);
}

/** Neither waits for the other: one that fails for good leaves the other done. */
async function bothOf(one: Promise<void>, other: Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled([one, other]);
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason] : [],
  );
  if (failures.length > 1)
    throw new AggregateError(failures, "Neither lists nor histories are kept");
  if (failures.length > 0) throw failures[0];
}

export const handler = middy<DynamoDBStreamEvent, DynamoDBBatchResponse>().handler(
  async ({ Records }) => {
    const { read, unreadable } = readRecords(Records, (record) => ({
      change: changeOf(record),
      finals: finalsOf(record),
      history: changesOf(record),
    }));
    await bothOf(
      list(
        read.map(({ change }) => change),
        read.flatMap(({ finals }) => finals),
      ),
      saveHistory(
        store,
        read.flatMap(({ history }) => history),
      ),
    );
    return goOnFrom(unreadable);
  },
);
