/** The texts of what subscribers are told. */
import { createdOf } from "@attune/domain/ids";
import { type JsonText, objectText, textsOf } from "@attune/domain/json-text";
import { isFinal } from "@attune/domain/lifecycle";
import type { LiveGrowth, LiveTransition, ServerMessage } from "@attune/domain/live";
import { cursorOf, type LiveEvent } from "@attune/store/live/entries";
import type { Subscription } from "@attune/store/live/subscriptions";
import type { Contents } from "./contents.ts";

/** A message about the subscription itself. */
export const messageText = (
  message: Exclude<ServerMessage, { type: `execution.${string}` }>,
): JsonText => JSON.stringify(message);

async function resultTexts(id: number, { resultOf }: Contents): Promise<Record<string, JsonText>> {
  const result = await resultOf(id);
  return result === undefined ? { result: "null", result_omitted: "true" } : { result };
}

async function transitionText(
  { id: subscription, result }: Subscription,
  cursor: string,
  transition: LiveTransition,
  contents: Contents,
): Promise<JsonText> {
  const { id, version, previous, status, action_ref, parent, enforcement, updated } = transition;
  const created = createdOf(id);
  return objectText({
    ...textsOf({
      type: previous === null ? "execution.created" : "execution.status_changed",
      ...{ subscription, cursor, version },
      ...(previous === null ? {} : { previous_status: previous }),
    }),
    data: objectText({
      ...textsOf({ id, action_ref, status, parent, enforcement, created, updated }),
      ...(result && isFinal(status) ? await resultTexts(id, contents) : {}),
    }),
  });
}

/** Bytes of what comes together: of the 128 KB that a message may have, what one of them may have is left. */
const TOGETHER_BYTES = 98_304;

/** Texts in as few groups as hold them, in their order. */
async function* groupsOf(texts: AsyncIterable<JsonText> | Iterable<JsonText>) {
  let group: JsonText[] = [];
  let bytes = 0;
  for await (const text of texts) {
    bytes += Buffer.byteLength(text);
    if (bytes > TOGETHER_BYTES && group.length > 0) {
      yield group;
      [group, bytes] = [[], Buffer.byteLength(text)];
    }
    group.push(text);
  }
  if (group.length > 0) yield group;
}

/** As many messages as the lines need: after each of them there is a place to go on from. */
async function* growthTexts(
  { id: subscription }: Subscription,
  { seq, at, cursor }: LiveEvent,
  growth: LiveGrowth,
  { linesOf }: Contents,
): AsyncGenerator<JsonText> {
  const { id: execution_id, to_seq: end } = growth;
  let from_seq = growth.from_seq;
  for await (const lines of groupsOf(await linesOf(growth))) {
    const to_seq = from_seq + lines.length - 1;
    yield objectText({
      ...textsOf({
        ...{ type: "execution.log", subscription },
        cursor: to_seq === end ? cursor : cursorOf({ seq, change: at, line: to_seq }),
        ...{ execution_id, from_seq, to_seq },
      }),
      lines: `[${lines.join(",")}]`,
    });
    from_seq = to_seq + 1;
  }
}

/** A message for each change, and for lines as many as they need. */
async function* textsOfEach(
  row: Subscription,
  events: readonly LiveEvent[],
  contents: Contents,
): AsyncGenerator<JsonText> {
  for (const event of events) {
    const { cursor, change } = event;
    if (change.status === null) yield* growthTexts(row, event, change, contents);
    else yield transitionText(row, cursor, change, contents);
  }
}

/** What a subscription is told of changes: as few messages as hold them where it takes them together. */
export async function* eventTexts(
  row: Subscription,
  events: readonly LiveEvent[],
  contents: Contents,
): AsyncGenerator<JsonText> {
  const texts = textsOfEach(row, events, contents);
  if (!row.batch) return yield* texts;
  for await (const messages of groupsOf(texts))
    yield objectText({ ...textsOf({ type: "batch" }), messages: `[${messages.join(",")}]` });
}
