/** Executions that came to an end by the store alone: something for the consumers of the stream. */
import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import type { ExecutionRecord } from "@attune/store/record";
import { changeStatus } from "@attune/store/transitions";
import type { World } from "./world.ts";

const nextIdentity = createIdSource(Date.now);
let made = 0;

/** One more, on counters that no other one counts on. */
export async function endedOne(
  { accepted, store }: World,
  to: "failed" | "cancelled",
  more: Partial<Parameters<typeof createExecution>[2]["request"]> = {},
): Promise<ExecutionRecord> {
  const idempotencyKey = `ended ${++made}`;
  accepted.add(idempotencyKey);
  const request = {
    ...{ action_ref: `pack${made}.act`, enforcement: made, parent: made },
    ...more,
  };
  const creation = { request, config: null, idempotencyKey, keyIsShared: false };
  const { record } = await createExecution(store, nextIdentity, creation);
  await changeStatus(store, { id: record.id, to, by: "executor" });
  return record;
}
