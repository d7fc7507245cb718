/** Cancelling what is below an execution: a page of its children a message, and messages for what is left. */
import type { CascadeRequested } from "@attune/domain/messages";
import { cancelChildren } from "@attune/store/cancel-children";
import type { Store } from "@attune/store/store";
import { sendRequests } from "./send-requests.ts";

/**
 * One step of a cascade. The messages come last: a step that dies is done again, and begins only once what it would
 * have begun.
 *
 * @throws whatever DynamoDB or SQS throws: the message comes again
 */
export async function cascade(
  store: Store,
  { execution_id, root, after }: CascadeRequested["payload"],
): Promise<void> {
  const { parents, next } = await cancelChildren(store, execution_id, root, after);
  await sendRequests("execution.cascade_requested", [
    ...parents.map((parent) => ({ execution_id: parent, root, after: null })),
    ...(next === undefined ? [] : [{ execution_id, root, after: next }]),
  ]);
}
