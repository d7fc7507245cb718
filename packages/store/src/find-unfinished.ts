/** Executions that are not final and not brand new, for the sweep. */
import { Id } from "@attune/domain/execution";
import { idOf } from "@attune/domain/ids";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { executionReads } from "./access-patterns/executions-read.ts";
import { readBatch } from "./batch.ts";
import { unfinishedPartitions } from "./index-keys.ts";
import { ExecutionRecord } from "./record.ts";
import type { Store } from "./store.ts";

const ENTRIES_A_QUERY = 500;

/**
 * The executions that were created some seconds ago or earlier and are not final, in batches. It costs
 * by their number, not by the table: a read unit for about sixty entries of the index, and half a
 * unit for each execution.
 */
export async function* findUnfinished(
  store: Store,
  seconds: number,
): AsyncGenerator<ExecutionRecord[]> {
  const youngest = idOf(store.now().getTime() - seconds * 1_000, 0) - 1;
  for (const partition of unfinishedPartitions(store.shards)) {
    let last: number | undefined = youngest;
    while (last !== undefined) {
      const query = executionReads.indexEntries.params(store.tables, {
        index: "by_status",
        partition,
        between: [0, last],
        order: "newest",
        limit: ENTRIES_A_QUERY,
      });
      const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(query));
      const ids = Items.map((item) => Id.parse(item.id));
      const batch = executionReads.recordsByIds.params(store.tables, { ids });
      yield await readBatch(store.client, batch, ExecutionRecord);
      const oldest = ids.at(-1);
      last = LastEvaluatedKey === undefined || oldest === undefined ? undefined : oldest - 1;
    }
  }
}
