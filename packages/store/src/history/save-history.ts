/** Keeps changes of executions as their history: exactly once, whatever is delivered twice, late or in other batches. */
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { historyPatterns } from "../access-patterns/history.ts";
import type { Store } from "../store.ts";
import { type Change, isKept } from "./entry.ts";

/** Executions that are written at the same time. */
const AT_ONCE = 32;

/**
 * Adds some changes to the histories of their executions: a write unit for each execution, however many of its
 * changes there are. A change sets the attribute of its version, so that again is no harm.
 */
export async function saveHistory(store: Store, changes: readonly Change[]): Promise<void> {
  const histories = [...Map.groupBy(changes.filter(isKept), ({ id }) => id)];
  for (let at = 0; at < histories.length; at += AT_ONCE) {
    await Promise.all(
      histories.slice(at, at + AT_ONCE).map(([id, some]) => {
        const entries = new Map(some.map(({ version, entry }) => [version, entry]));
        const params = historyPatterns.addToHistory.params(store.tables, { id, entries });
        return store.client.send(new UpdateCommand(params));
      }),
    );
  }
}
