/**
 * The recount: goes through all executions by the time of their creation and compares counters, buckets, groups,
 * histograms, ledger and search segments with them, while writes go on. See docs/adr/0016-recount.md.
 */
import { idOf } from "@attune/domain/ids";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { recountPatterns } from "../access-patterns/recount.ts";
import type { Store } from "../store.ts";
import { keepShards } from "./keep-shards.ts";
import { metered } from "./meter.ts";
import { begin, type Mode, Progress, stepOf } from "./progress.ts";
import { hourOf } from "./span.ts";
import { type Options, take } from "./steps.ts";

/** What is created in the last ten minutes may not be in the index yet: what is compared ends before. */
const YOUNG_MS = 600_000;

const BETWEEN_MS = 2_000;

/** How far the last recount has come, or what it came to; `undefined` before the first one. */
export async function readProgress(store: Store): Promise<Progress | undefined> {
  const params = recountPatterns.readRecount.params(store.tables, {});
  const { Item } = await store.client.send(new GetCommand(params));
  return Item && Progress.parse(Item);
}

/** Keeps how far it has come; `undefined` where another one has gone on since. */
async function keep(store: Store, progress: Progress): Promise<Progress | undefined> {
  const next = { ...progress, revision: progress.revision + 1 };
  try {
    const params = recountPatterns.putRecount.params(store.tables, next);
    await store.client.send(new PutCommand(params));
    return next;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** Begins a recount, in place of one that may be open; `undefined` where somebody else did at the same time. */
export async function beginRecount(store: Store, mode: Mode): Promise<Progress | undefined> {
  const started = store.now().getTime();
  const below = hourOf(idOf(started - YOUNG_MS, 0));
  const until = hourOf(idOf(started, 0)) + 1;
  const given = { mode, started, hours: { from: 0, below }, until };
  return keep(store, begin(given, await readProgress(store)));
}

/**
 * Goes on with the recount that is open, step by step, each of which is kept: whoever dies has lost one step.
 *
 * @param isOver whether there is no time for another step
 * @throws RangeError where the stage has had more shards
 * @returns how far it has come; `undefined` where there is none, or another one goes on with it
 */
export async function goOn(
  store: Store,
  isOver: () => boolean,
  options: Options = { between: BETWEEN_MS },
): Promise<Progress | undefined> {
  await keepShards(store);
  let progress = await readProgress(store);
  while (progress && !isOver()) {
    const step = stepOf(progress);
    if (step === undefined) break;
    const meter = metered(store);
    const next = await take(meter.store, progress, step, options);
    progress = next && (await keep(store, { ...next, units: next.units + meter.units() }));
  }
  return progress;
}
