/** Telling the executor that executions which are stored already wait for it. */
import { sendRequests } from "./send-requests.ts";

/**
 * @param delaySeconds until the executor hears of them, a quarter of an hour at most
 * @throws Error when a message could not be sent
 */
export const wakeExecutor = (ids: readonly number[], delaySeconds = 0): Promise<void> =>
  sendRequests(
    "execution.accepted",
    ids.map((id) => ({ execution_id: id })),
    delaySeconds,
  );
