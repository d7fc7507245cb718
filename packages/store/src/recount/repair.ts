/**
 * Repairing what a recount has found. How far an attribute is off does not change by counting, so that the
 * correction is an addition like any other. It is written in one transaction with the recount's own progress, on the
 * condition that nobody else has gone on with it: each correction is made once.
 */
import { setTimeout as wait } from "node:timers/promises";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { counterPatterns } from "../access-patterns/counters.ts";
import { recountPatterns } from "../access-patterns/recount.ts";
import { segmentPatterns } from "../access-patterns/segments.ts";
import { countChanges } from "../counters/count-changes.ts";
import { contributionOf } from "../counters/fold.ts";
import { ledgerKey } from "../counters/keys.ts";
import { advancePage } from "../counters/ledger.ts";
import { sumUp } from "../counters/sums.ts";
import { additionsTo, cut, isLostRace, transact } from "../counters/transaction.ts";
import type { ExecutionRecord } from "../record.ts";
import { inboxChunks } from "../search/chunks.ts";
import { inboxes, settledPartitions } from "../search/partitions.ts";
import { putChunks } from "../search/put-chunks.ts";
import { ChunkItem } from "../search/read-chunks.ts";
import { linesOf } from "../search/save-segments.ts";
import { sortable } from "../search/windows.ts";
import type { Store } from "../store.ts";
import { type Difference, driftOf } from "./differences.ts";
import type { Standings } from "./look.ts";
import { found, type Progress } from "./progress.ts";
import { readRecords } from "./seen.ts";

/** Changes that are counted together. */
const CHANGES_TOGETHER = 1_000;

/**
 * Brings the ledger up to what the table has: counts what the stream would bring, and puts in what is missing or wrong.
 * A page that somebody else writes meanwhile is left for another time.
 */
export async function mend(store: Store, { stood, state }: Standings): Promise<void> {
  const late = stood.flatMap((one) => (one.ledger === "late" ? [one.seen] : []));
  for (let at = 0; at < late.length; at += CHANGES_TOGETHER)
    await countChanges(store, late.slice(at, at + CHANGES_TOGETHER));
  const wrong = stood.flatMap((one) => (one.ledger === "wrong" ? [one.seen] : []));
  for (const [key, some] of Map.groupBy(wrong, ({ ledger }) => ledgerKey(ledger))) {
    const contributions = some.flatMap((one) => contributionOf(one, undefined) ?? []);
    const page = advancePage(key, state.pages.get(key), contributions, store.now());
    const params = counterPatterns.putLedgerPage.params(store.tables, page);
    await store.client.send(new PutCommand(params)).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }
}

const TRIES = 8;

/** Writes a transaction of which nothing but its first condition can fail; `false` where that did. */
async function writeOnce(store: Store, items: Parameters<typeof transact>[1]): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await transact(store, items);
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed") return false;
      if (!isLostRace(error) || attempt === TRIES) throw error;
      await wait(Math.random() * 20 * 2 ** attempt);
    }
  }
}

/** Items of a transaction beside the progress, and attributes of each. */
const LIMITS = { items: 99, attributes: 180 };

/**
 * Corrects counters, and keeps what was found; `undefined` where another one has gone on with the recount. A write unit
 * for each item, twice.
 */
export async function correct(
  store: Store,
  progress: Progress,
  differences: readonly Difference[],
): Promise<Progress | undefined> {
  let current = progress;
  for (const some of cut(differences, (one) => new Map([[one.item, [one.attribute]]]), LIMITS)) {
    const corrections = sumUp(some.map((one) => [one.item, one.attribute, -driftOf(one)] as const));
    const next = {
      ...found(current, some),
      revision: current.revision + 1,
      repaired: current.repaired + some.length,
    };
    const put = recountPatterns.putRecount.params(store.tables, next);
    if (!(await writeOnce(store, [{ Put: put }, ...additionsTo(store, corrections)])))
      return undefined;
    current = next;
  }
  return current;
}

/** The chunks of a partition that hold one of some executions. */
async function chunksWith(store: Store, partition: string, ids: ReadonlySet<number>) {
  const chunks: ReturnType<typeof ChunkItem.parse>[] = [];
  let after: string | undefined;
  do {
    const params = segmentPatterns.chunksOfPartition.params(store.tables, {
      ...{ partition, between: [sortable(Math.min(...ids)), "~"], order: "oldest", limit: 64 },
      ...(after === undefined ? {} : { after }),
    });
    const { Items = [], LastEvaluatedKey } = await store.client.send(new QueryCommand(params));
    const read = Items.map((item) => ChunkItem.parse(item));
    chunks.push(...read.filter(({ data }) => data.some(({ id }) => ids.has(id))));
    after = LastEvaluatedKey === undefined ? undefined : read.at(-1)?.chunk;
  } while (after !== undefined);
  return chunks;
}

/** Writes anew the chunks that have a line of some executions that is not theirs. */
export async function rewriteLines(
  store: Store,
  wrong: readonly ExecutionRecord[],
  visibleAfter: number,
): Promise<void> {
  const ids = new Set(wrong.map(({ id }) => id));
  const partitions = [...inboxes(store.shards), ...settledPartitions(store.shards)];
  for (const { partition } of wrong.length === 0 ? [] : partitions) {
    for (const { chunk, data } of await chunksWith(store, partition, ids)) {
      const records = await readRecords(store, [...new Set(data.map(({ id }) => id))]);
      await putChunks(store, inboxChunks(await linesOf(store, records)));
      await wait(visibleAfter);
      const key = { partition, chunk };
      await store.client.send(
        new DeleteCommand(segmentPatterns.deleteChunk.params(store.tables, key)),
      );
    }
  }
}
