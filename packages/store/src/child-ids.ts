/** The children of an execution, by their ids alone. */
import { Id } from "@attune/domain/execution";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { executionReads } from "./access-patterns/executions-read.ts";
import type { Store } from "./store.ts";

export interface ChildIds {
  readonly ids: readonly number[];
  /** Whether others come after them. */
  readonly isMore: boolean;
}

/**
 * Some children, oldest first: half a read unit for about forty.
 *
 * @param after the child that they come after; `null`: from the first
 */
export async function readChildIds(
  store: Store,
  parent: number,
  after: number | null,
  limit: number,
): Promise<ChildIds> {
  const params = executionReads.indexEntries.params(store.tables, {
    index: "by_parent",
    partition: parent,
    between: [after === null ? 0 : after + 1, Number.MAX_SAFE_INTEGER],
    order: "oldest",
    // One more than wanted tells whether there is more.
    limit: limit + 1,
  });
  const { Items = [] } = await store.client.send(new QueryCommand(params));
  const ids = Items.map(({ id }) => Id.parse(id));
  return { ids: ids.slice(0, limit), isMore: ids.length > limit };
}
