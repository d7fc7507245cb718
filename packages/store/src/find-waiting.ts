/** Executions that wait for their executor longer than any try of it takes. */
import { idOf } from "@attune/domain/ids";
import { lifecycle, Status } from "@attune/domain/lifecycle";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { accessPatterns } from "./access-patterns/index.ts";
import { readBatch } from "./batch.ts";
import { ExecutionRecord, Row } from "./record.ts";
import type { Store } from "./store.ts";

/** The statuses in which the executor may own an execution. */
const statuses = Status.options.filter((status) => "executor" in lifecycle[status]);

const ENTRIES_A_QUERY = 500;

/**
 * The ids of executions that the executor owns and that are older than some seconds, in batches. It
 * costs by the number of executions in these statuses, not by the table.
 */
export async function* findWaiting(store: Store, seconds: number): AsyncGenerator<number[]> {
  for (const status of statuses) {
    let before: number | undefined = idOf(store.now().getTime() - seconds * 1_000, 0);
    while (before !== undefined) {
      const query = accessPatterns.newestInIndex.params(store.tables, {
        index: "by_status",
        key: status,
        before,
        limit: ENTRIES_A_QUERY,
      });
      const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(query));
      const ids: number[] = Items.map((item) => Row.parse(item).id);
      const batch = accessPatterns.recordsByIds.params(store.tables, { ids });
      const records = await readBatch(store.client, batch, ExecutionRecord);
      yield records.filter(({ owner }) => owner === "executor").map(({ id }) => id);
      before = LastEvaluatedKey === undefined ? undefined : ids.at(-1);
    }
  }
}
