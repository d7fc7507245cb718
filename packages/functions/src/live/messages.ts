/** The texts of what subscribers are told. */
import { createdOf } from "@attune/domain/ids";
import { type JsonText, objectText, textsOf } from "@attune/domain/json-text";
import { isFinal } from "@attune/domain/lifecycle";
import type { ServerMessage } from "@attune/domain/live";
import type { LiveEvent } from "@attune/store/live/entries";
import type { Subscription } from "@attune/store/live/subscriptions";
import type { ResultOf } from "./results.ts";

/** A message about the subscription itself. */
export const messageText = (
  message: Exclude<ServerMessage, { type: `execution.${string}` }>,
): JsonText => JSON.stringify(message);

async function resultTexts(id: number, resultOf: ResultOf): Promise<Record<string, JsonText>> {
  const result = await resultOf(id);
  return result === undefined ? { result: "null", result_omitted: "true" } : { result };
}

/** A change, as a subscription is told of it. */
export async function eventText(
  { id: subscription, result }: Pick<Subscription, "id" | "result">,
  { cursor, change }: LiveEvent,
  resultOf: ResultOf,
): Promise<JsonText> {
  const { id, version, previous, status, action_ref, parent, enforcement, updated } = change;
  const created = createdOf(id);
  return objectText({
    ...textsOf({
      type: previous === null ? "execution.created" : "execution.status_changed",
      ...{ subscription, cursor, version },
      ...(previous === null ? {} : { previous_status: previous }),
    }),
    data: objectText({
      ...textsOf({ id, action_ref, status, parent, enforcement, created, updated }),
      ...(result && isFinal(status) ? await resultTexts(id, resultOf) : {}),
    }),
  });
}

/** Bytes of changes that come together: of the 128 KB that a message may have, what one of them may have is left. */
const BATCH_BYTES = 98_304;

const batchText = (texts: readonly JsonText[]): JsonText =>
  objectText({ ...textsOf({ type: "batch" }), messages: `[${texts.join(",")}]` });

/** What a subscription is told of changes: a message for each, or as few as hold them where it takes them together. */
export async function* eventTexts(
  row: Subscription,
  events: readonly LiveEvent[],
  resultOf: ResultOf,
): AsyncGenerator<JsonText> {
  let together: JsonText[] = [];
  let bytes = 0;
  for (const event of events) {
    const text = await eventText(row, event, resultOf);
    if (!row.batch) yield text;
    else {
      if (bytes + Buffer.byteLength(text) > BATCH_BYTES && together.length > 0) {
        yield batchText(together);
        [together, bytes] = [[], 0];
      }
      together.push(text);
      bytes += Buffer.byteLength(text);
    }
  }
  if (together.length > 0) yield batchText(together);
}
