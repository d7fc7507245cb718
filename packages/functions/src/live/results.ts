/** The results of executions that have ended, for those who asked to be told of them. */
import type { JsonText } from "@attune/domain/json-text";
import { bytesOf, loadPayloads } from "@attune/store/payloads";
import { readRecord } from "@attune/store/read-execution";
import type { Store } from "@attune/store/store";

/** Of the 128 KB that a message may have, what a summary leaves. */
const MOST_BYTES = 122_880;

/** The text of an execution's result; `undefined` where it is too large for a message. */
export type ResultOf = (id: number) => Promise<JsonText | undefined>;

async function readResult(store: Store, id: number): Promise<JsonText | undefined> {
  const { result } = (await readRecord(store, id)) ?? {};
  if (result !== undefined && bytesOf(result) > MOST_BYTES) return undefined;
  const [text = null] = await loadPayloads(store, [result]);
  return text ?? "null";
}

/** Reads each result once, however many ask for it. */
export function createResultOf(store: Store): ResultOf {
  const read = new Map<number, Promise<JsonText | undefined>>();
  return (id) => {
    const result = read.get(id) ?? readResult(store, id);
    read.set(id, result);
    return result;
  };
}
