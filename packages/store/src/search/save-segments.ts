/** Writes what a search looks at: the executions that have become final, a batch of the stream at a time. */
import { idOf } from "@attune/domain/ids";
import { payloadPatterns } from "../access-patterns/payloads.ts";
import { readBatch } from "../batch.ts";
import { bytesOf, PayloadItem } from "../payloads.ts";
import type { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";
import { chunkBatch } from "./chunks.ts";
import type { Line } from "./lines.ts";
import { putChunks } from "./put-chunks.ts";

/** What is searched of an execution that is final. */
export type Final = Pick<
  ExecutionRecord,
  | "id"
  | "status"
  | "action_ref"
  | "enforcement"
  | "parent"
  | "executor"
  | "original_execution"
  | "result"
>;

/** Bytes of a result beyond which it stays where it is, and a search reads it there. */
const PACKED_BYTES = 65_536;

/** The texts of the results that are items of their own, as far as they are to be packed; by their key. */
async function readTexts(store: Store, finals: readonly Final[]): Promise<Map<string, string>> {
  const keys = finals.flatMap(({ result }) =>
    result && "ref" in result && result.bytes <= PACKED_BYTES ? [result.ref] : [],
  );
  const params = payloadPatterns.payloadsByKeys.params(store.tables, { keys: [...new Set(keys)] });
  const items = await readBatch(store.client, params, PayloadItem);
  return new Map(items.map(({ key, text }) => [key, text]));
}

function textOf({ result }: Final, texts: ReadonlyMap<string, string>): string | undefined {
  if (result === undefined || "object" in result) return undefined;
  return "text" in result ? result.text : texts.get(result.ref);
}

/** The lines of some executions. A result that is gone is left to the search, which finds that it is. */
export async function linesOf(store: Store, finals: readonly Final[]): Promise<Line[]> {
  const texts = await readTexts(store, finals);
  return finals.map((final) => {
    const text = textOf(final, texts)?.toLowerCase() ?? null;
    return {
      id: final.id,
      status: final.status,
      action_ref: final.action_ref,
      enforcement: final.enforcement ?? null,
      parent: final.parent ?? null,
      executor: final.executor ?? null,
      original_execution: final.original_execution ?? null,
      text,
      elsewhere: final.result && text === null ? bytesOf(final.result) : 0,
    };
  });
}

/**
 * Makes some executions that are final known to searches; again is no harm. The same batch writes the same items,
 * but for what has settled since; one that is cut otherwise writes others beside them. Searches take each line once.
 */
export async function saveSegments(store: Store, finals: readonly Final[]): Promise<void> {
  const newest = idOf(store.now().getTime(), 0);
  await putChunks(store, chunkBatch(await linesOf(store, finals), newest));
}
