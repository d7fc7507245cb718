/** What messages have beside a change: the result of an execution that has ended, and the lines of a log. */
import type { JsonText } from "@attune/domain/json-text";
import type { LiveGrowth } from "@attune/domain/live";
import { readLines } from "@attune/store/logs/read-lines";
import { bytesOf, loadPayloads } from "@attune/store/payloads";
import { readRecord } from "@attune/store/read-execution";
import type { Store } from "@attune/store/store";

/** Of the 128 KB that a message may have, what a summary leaves. */
const MOST_BYTES = 122_880;

export interface Contents {
  /** The text of an execution's result; `undefined` where it is too large for a message. */
  readonly resultOf: (id: number) => Promise<JsonText | undefined>;
  /** The texts of the lines that a log has grown by, in their order. */
  readonly linesOf: (growth: LiveGrowth) => Promise<readonly JsonText[]>;
}

async function readResult(store: Store, id: number): Promise<JsonText | undefined> {
  const { result } = (await readRecord(store, id)) ?? {};
  if (result !== undefined && bytesOf(result) > MOST_BYTES) return undefined;
  const [text = null] = await loadPayloads(store, [result]);
  return text ?? "null";
}

async function readLineTexts(store: Store, { id, from_seq, to_seq }: LiveGrowth) {
  const lines = await readLines(store, id, { from: from_seq, to: to_seq });
  return lines.map((line) => JSON.stringify(line));
}

/** What is kept of either: a chunk of a log has up to a megabyte of text. */
const MOST_KEPT = 32;

/** Reads each once, however many ask for it, unless others were asked for in between. */
function remember<K, T>(keyOf: (asked: K) => string, read: (asked: K) => Promise<T>) {
  const kept = new Map<string, Promise<T>>();
  return (asked: K): Promise<T> => {
    const key = keyOf(asked);
    const found = kept.get(key) ?? read(asked);
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return found;
  };
}

/** What the messages of one batch have: nobody is told of it, nothing is read. */
export const createContents = (store: Store): Contents => ({
  resultOf: remember(String, (id) => readResult(store, id)),
  linesOf: remember(
    ({ id, from_seq }) => `${id} ${from_seq}`,
    (growth) => readLineTexts(store, growth),
  ),
});
