/** Open WebSockets, and what each has subscribed to. */
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { livePatterns } from "../access-patterns/live.ts";
import { settle } from "../conditional.ts";
import type { Store } from "../store.ts";
import { deleteSubscription, KEPT_SECONDS, RowKey, type Subscription } from "./subscriptions.ts";

/** Subscriptions of a connection at most. */
export const MOST_SUBSCRIPTIONS = 20;

const Connection = z.object({ subscriptions: z.record(z.string(), RowKey) });

export async function openConnection(
  { client, tables, now }: Store,
  connection: string,
): Promise<void> {
  const expires = Math.ceil(now().getTime() / 1_000) + KEPT_SECONDS;
  const params = livePatterns.openConnection.params(tables, { connection, expires });
  await client.send(new PutCommand(params));
}

/** Takes the subscriptions of a connection away, and the connection itself. Again is no harm. */
export async function closeConnection(store: Store, connection: string): Promise<void> {
  const params = livePatterns.closeConnection.params(store.tables, { connection });
  const { Attributes } = await store.client.send(new DeleteCommand(params));
  if (Attributes === undefined) return;
  const rows = Object.values(Connection.parse(Attributes).subscriptions);
  await Promise.all(rows.map((row) => deleteSubscription(store, row)));
}

const isSame = (one: RowKey, other: RowKey) => one.kind === other.kind && one.key === other.key;

/**
 * Notes a subscription, which is written already, with its connection; another one of its name goes. `full` and
 * `closed`: it is not noted, and has gone itself.
 */
export async function noteSubscription(
  store: Store,
  row: Subscription,
): Promise<"noted" | "full" | "closed"> {
  const { connection, id } = row;
  const params = livePatterns.noteSubscription.params(store.tables, {
    ...{ connection, id, row, most: MOST_SUBSCRIPTIONS },
  });
  const { won, item } = await settle(store.client.send(new UpdateCommand(params)));
  if (!won) {
    await deleteSubscription(store, row);
    return item === undefined ? "closed" : "full";
  }
  const before = item && Connection.parse(item).subscriptions[id];
  if (before !== undefined && !isSame(before, row)) await deleteSubscription(store, before);
  return "noted";
}

/** Ends a subscription of a connection, if there is one of that name. */
export async function unsubscribe(store: Store, connection: string, id: string): Promise<void> {
  const params = livePatterns.forgetSubscription.params(store.tables, { connection, id });
  const { won, item } = await settle(store.client.send(new UpdateCommand(params)));
  const row = won && item ? Connection.parse(item).subscriptions[id] : undefined;
  if (row !== undefined) await deleteSubscription(store, row);
}
