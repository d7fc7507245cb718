/** Reading one execution. */
import type { ExecutionView } from "@attune/domain/execution";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { executionReads } from "./access-patterns/executions-read.ts";
import { loadPayloads } from "./payloads.ts";
import { ExecutionRecord, viewOf } from "./record.ts";
import type { Store } from "./store.ts";

/** The item of an execution as it is now, or `undefined`. One read unit for each 4 KB. */
export async function readRecord(store: Store, id: number): Promise<ExecutionRecord | undefined> {
  const params = executionReads.executionById.params(store.tables, { id });
  const { Item } = await store.client.send(new GetCommand(params));
  return Item && ExecutionRecord.parse(Item);
}

/** What the API shows of a record: its payloads are read where they do not ride in it. */
export async function readView(store: Store, record: ExecutionRecord): Promise<ExecutionView> {
  const [config = null, result = null] = await loadPayloads(store, [record.config, record.result]);
  return viewOf(record, { config, result });
}
