/** Publishing to `execution-events`: in order for each execution, and up to the first that is not taken. */
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { logger } from "../logger.ts";
import { queueUrl } from "../resources.ts";
import { sqs } from "../sqs.ts";

export interface Outgoing {
  readonly execution: number;
  readonly body: string;
}

/** SQS takes ten at a time. */
const ENTRIES_A_CALL = 10;

/**
 * The oldest messages, one of each execution: SQS may take one and refuse the one before it, and that
 * one would then come after.
 */
function nextCall<M extends Outgoing>(pending: readonly M[]): M[] {
  const oldest = new Map<number, M>();
  for (const message of pending)
    if (!oldest.has(message.execution)) oldest.set(message.execution, message);
  return [...oldest.values()].slice(0, ENTRIES_A_CALL);
}

/** Returns those that SQS took. */
async function send<M extends Outgoing>(messages: readonly M[]): Promise<Set<M>> {
  const Entries = messages.map(({ body }, at) => ({ Id: String(at), MessageBody: body }));
  const command = new SendMessageBatchCommand({ QueueUrl: queueUrl("ExecutionEvents"), Entries });
  try {
    const { Failed = [] } = await sqs.send(command);
    if (Failed.length > 0) logger.error("SQS refused events", { refused: Failed });
    const refused = new Set(Failed.map(({ Id }) => Id));
    return new Set(messages.filter((_, at) => !refused.has(String(at))));
  } catch (error) {
    logger.error("Events could not be sent", { error });
    return new Set();
  }
}

/**
 * Sends messages, one call after the other, until SQS does not take one.
 *
 * @returns the first that was not sent, `undefined` where all were; some after it may have been, and an
 *   answer that was lost leaves one sent that is said not to be: they are sent again
 */
export async function publishInOrder<M extends Outgoing>(
  messages: readonly M[],
): Promise<M | undefined> {
  let pending = [...messages];
  while (pending.length > 0) {
    const call = nextCall(pending);
    const sent = await send(call);
    pending = pending.filter((message) => !sent.has(message));
    if (sent.size < call.length) break;
  }
  return pending[0];
}
