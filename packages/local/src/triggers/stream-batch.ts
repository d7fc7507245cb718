import type { _Record as StreamRecord } from "@aws-sdk/client-dynamodb-streams";
import type { LocalFunction } from "../invoke.ts";
import { log } from "../log.ts";
import { backoff, pause } from "../retry.ts";
import { invokeBatch } from "./batch.ts";
import { sequenceOf, streamEvent } from "./stream-event.ts";

type Batch = readonly [StreamRecord, ...StreamRecord[]];

export interface Delivery {
  readonly name: string;
  readonly streamArn: string;
  readonly maximumRetryAttempts: number;
  readonly target: LocalFunction;
  /** Everything up to this record, itself included, is done. */
  readonly done: (record: StreamRecord) => void;
  /** Keeps the place of a batch that failed too often. */
  readonly giveUp: (records: Batch, invocations: number) => Promise<void>;
}

/**
 * Delivers records in order until each has succeeded or was given up. A batch that fails at a record is
 * tried again from there, one that fails as a whole in halves; only what cannot be split uses up a try.
 */
export async function deliver(
  delivery: Delivery,
  records: readonly StreamRecord[],
  signal: AbortSignal,
): Promise<void> {
  const pending = [[...records]];
  let failures = 0;
  for (let batch = pending.shift(); batch !== undefined; batch = pending.shift()) {
    if (!isBatch(batch)) continue;
    if (signal.aborted) return;
    const { succeeded, error } = await tryBatch(delivery, batch);
    const last = batch[succeeded - 1];
    if (last !== undefined) {
      delivery.done(last);
      failures = 0;
    }
    const rest = batch.slice(succeeded);
    if (!isBatch(rest)) continue;
    if (succeeded > 0 || rest.length > 1) {
      const half = succeeded > 0 ? rest.length : Math.ceil(rest.length / 2);
      pending.unshift(rest.slice(0, half), rest.slice(half));
      continue;
    }
    failures += 1;
    if (failures === 1) log(`${delivery.name} fails at record ${sequenceOf(rest[0])}: ${error}`);
    if (failures <= delivery.maximumRetryAttempts) {
      pending.unshift(rest);
      await pause(backoff(failures), signal);
      continue;
    }
    await delivery.giveUp(rest, failures);
    log(`${delivery.name} gave up record ${sequenceOf(rest[0])}`);
    delivery.done(rest[0]);
    failures = 0;
  }
}

const isBatch = (records: StreamRecord[]): records is [StreamRecord, ...StreamRecord[]] =>
  records.length > 0;

/** Invokes the function; `succeeded` counts the records before the first that failed. */
async function tryBatch({ target, streamArn }: Delivery, batch: Batch) {
  const sequences = batch.map(sequenceOf);
  const { failed, error } = await invokeBatch(target, streamEvent(batch, streamArn), sequences);
  const first = sequences.findIndex((sequence) => failed.has(sequence));
  const reported = error ?? "the function reported it";
  return { succeeded: first === -1 ? batch.length : first, error: reported };
}
