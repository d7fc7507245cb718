/** Subscribing: the acknowledgement first, then what was missed, then what happens. */
import { ServiceError } from "@attune/domain/errors";
import type { Subscribe } from "@attune/domain/live";
import { MOST_SUBSCRIPTIONS, noteSubscription, unsubscribe } from "@attune/store/live/connections";
import { cursorOf } from "@attune/store/live/entries";
import { openLog } from "@attune/store/live/log";
import { putSubscription, subscriptionOf } from "@attune/store/live/subscriptions";
import { store } from "../resources.ts";
import { append, audience } from "./append.ts";
import { messageText } from "./messages.ts";
import { replay } from "./replay.ts";
import { sendAway, tell } from "./socket.ts";

/**
 * The subscription is written before the log is read: what is appended after that is found by the notifier, and
 * what was before it by the replay.
 *
 * @throws ServiceError 409 where the connection has as many as it may have
 */
export async function subscribe(
  connection: string,
  message: Subscribe,
  hasTime: () => boolean,
): Promise<void> {
  const { id, since } = message;
  await audience.note();
  const head = await openLog(store, append);
  const row = subscriptionOf(store, connection, message);
  await putSubscription(store, row);
  const noted = await noteSubscription(store, row);
  // The notifier has found it gone, or it was there for too long.
  if (noted === "closed") return sendAway(connection);
  if (noted === "full")
    throw new ServiceError(409, `A connection has ${MOST_SUBSCRIPTIONS} subscriptions at most`);
  try {
    const cursor = cursorOf({ seq: head });
    const acknowledgement = messageText({ type: "subscribed", id, cursor });
    if (await tell(connection, [acknowledgement])) await replay(row, { since, head, hasTime });
  } catch (error) {
    await unsubscribe(store, connection, id);
    throw error;
  }
}
