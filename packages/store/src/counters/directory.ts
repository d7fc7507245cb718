/** Which packs and actions have counters: written when the first of an action is counted, and never less. */
import { packOf } from "@attune/domain/execution";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { counterPatterns } from "../access-patterns/counters.ts";
import { readBatch } from "../batch.ts";
import type { Store } from "../store.ts";

/** The packs, and the actions of each pack and of none, are a set each. */
const packsKey = "directory#packs";
const lonelyKey = "directory#actions";
const actionsKey = (pack: string | undefined) =>
  pack === undefined ? lonelyKey : `${lonelyKey}#${pack}`;

const Entry = z.object({ key: z.string(), names: z.set(z.string()) });

async function readNames(store: Store, keys: readonly string[]): Promise<string[]> {
  const params = counterPatterns.countersByKeys.params(store.tables, { keys, consistent: false });
  const sets = await readBatch(store.client, params, Entry);
  return sets.flatMap(({ names }) => [...names]).toSorted();
}

/** The packs that have counters, in the order of their names. Half a read unit for 4 KB. */
export const readPacks = (store: Store): Promise<string[]> => readNames(store, [packsKey]);

/** The actions that have counters, of some packs and of none: `undefined`. Half a read unit a pack. */
export const readActions = (
  store: Store,
  packs: readonly (string | undefined)[],
): Promise<string[]> => readNames(store, packs.map(actionsKey));

/** Adds some actions and their packs: one write unit a pack, and one. */
export async function addToDirectory(store: Store, actions: readonly string[]): Promise<void> {
  const additions = [...Map.groupBy(actions, packOf)].map(
    ([pack, some]) => [actionsKey(pack), some] as const,
  );
  const packs = [...new Set(actions.flatMap((action) => packOf(action) ?? []))];
  await Promise.all(
    [...additions, ...(packs.length > 0 ? [[packsKey, packs] as const] : [])].map(([key, names]) =>
      store.client.send(
        new UpdateCommand(
          counterPatterns.addToDirectory.params(store.tables, { key, names: new Set(names) }),
        ),
      ),
    ),
  );
}
