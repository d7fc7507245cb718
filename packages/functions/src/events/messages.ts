import { isFinal } from "@attune/domain/lifecycle";
import { type EventMessage, messageText } from "@attune/domain/messages";
import { messageBody } from "../message-body.ts";
import { uuidOf } from "./message-id.ts";
import type { StatusChange } from "./status-change.ts";

type Event = Pick<EventMessage, "message_type" | "payload">;

function eventsOf({ image, previous }: StatusChange): Event[] {
  const { id, action_ref, parent = null, enforcement = null, status, updated } = image;
  const about = { execution_id: id, action_ref, parent, enforcement };
  const changed: Event = {
    message_type: "execution.status_changed",
    payload: { ...about, previous_status: previous, new_status: status, changed_at: updated },
  };
  if (!isFinal(status)) return [changed];
  const payload = { ...about, status, completed_at: updated };
  return [changed, { message_type: "execution.completed", payload }];
}

/**
 * The bodies of the messages that tell of a change, to be sent in this order. They are the same to the
 * letter whenever they are made: `message_id` is one for each change, `correlation_id` for each execution.
 */
export function eventBodies(change: StatusChange): string[] {
  const { id, version, updated } = change.image;
  return eventsOf(change).map(({ message_type, payload }) =>
    messageBody(
      messageText(message_type, JSON.stringify(payload), {
        message_id: uuidOf(`${id}/${version}/${message_type}`),
        correlation_id: uuidOf(String(id)),
        timestamp: updated,
      }),
    ),
  );
}
