/** The shards of a stage, which may only grow: what is in the others would be found no more. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { recountPatterns } from "../access-patterns/recount.ts";
import type { Store } from "../store.ts";

/**
 * Keeps how many there are. One write unit.
 *
 * @throws RangeError where the stage had more: a recount would take what it does not find for too much, and a repair
 * would take it away
 */
export async function keepShards(store: Store): Promise<void> {
  const { shards } = store;
  try {
    const params = recountPatterns.keepShards.params(store.tables, { shards });
    await store.client.send(new UpdateCommand(params));
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    throw new RangeError(
      `The stage has had more than ${shards} shards, and they may only grow: see docs/adr/0014-shards.md`,
      { cause },
    );
  }
}
