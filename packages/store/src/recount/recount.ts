/**
 * The recount: goes through all executions by the time of their creation, compares counters, buckets, groups,
 * histograms, ledger and search segments with them, while writes go on. See docs/adr/0016-recount.md.
 */
import { setTimeout as wait } from "node:timers/promises";
import { idOf } from "@attune/domain/ids";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { accessPatterns } from "../access-patterns/index.ts";
import { contributionOf } from "../counters/fold.ts";
import { ledgerKey } from "../counters/keys.ts";
import { entryOf } from "../counters/ledger.ts";
import type { Wide } from "../counters/tally.ts";
import type { ExecutionRecord } from "../record.ts";
import type { Store } from "../store.ts";
import { type Compared, compareBuckets } from "./compare-buckets.ts";
import { compareGroups } from "./compare-groups.ts";
import { compareLines } from "./compare-lines.ts";
import { compareTotals, readUnfinished } from "./compare-totals.ts";
import { nameOf, readCounters, unnamed, withThoseOf } from "./counters.ts";
import { confirm, type Difference } from "./differences.ts";
import { metered } from "./meter.ts";
import { begin, found, type Mode, Progress, passed, type Step, stepOf } from "./progress.ts";
import { readFeed, readRecords, type Seen, seenOf } from "./seen.ts";
import { hourOf, idsOfSpan, nextSpan, type Span } from "./span.ts";

/** What is created in the last ten minutes may not be in the index yet: a span ends before. */
const YOUNG_MS = 600_000;

/** Looks, before what never stands still is left for later. */
const LOOKS = 4;

/** Executions that are read at a time. */
const RECORDS_TOGETHER = 500;

/** Counters whose totals are compared together. */
const COUNTERS_TOGETHER = 25;

export interface Options {
  /** Milliseconds between two looks: the stream brings meanwhile what was on its way. */
  readonly between: number;
}

/** Looks again where something moved, and again where something differs: only what both looks find is a difference. */
async function lookTwice(
  { between }: Options,
  compare: () => Promise<readonly Difference[] | undefined>,
): Promise<readonly Difference[] | undefined> {
  let before: readonly Difference[] | undefined;
  for (let at = 0; at < LOOKS; at++) {
    if (at > 0) await wait(between);
    const differences = await compare();
    if (differences?.length === 0) return [];
    if (before && differences) return confirm(before, differences);
    before = differences;
  }
  return undefined;
}

/** What the ledger says otherwise of some executions. */
const wrongEntries = ({ stood, state }: Compared): Difference[] =>
  stood.flatMap(({ seen, ledger }) => {
    if (ledger !== "wrong") return [];
    const item = ledgerKey(seen.ledger);
    const counted = entryOf(state.pages.get(item), seen.id) ?? 0;
    const expected = contributionOf(seen, undefined)?.entry ?? 0;
    return [{ item, attribute: seen.id.toString(36), counted, expected }];
  });

/** Reads executions, some at a time, in order. */
async function* readAll(store: Store, ids: readonly number[]): AsyncGenerator<ExecutionRecord[]> {
  const ordered = ids.toSorted((one, other) => one - other);
  for (let at = 0; at < ordered.length; at += RECORDS_TOGETHER) {
    yield await readRecords(store, ordered.slice(at, at + RECORDS_TOGETHER));
  }
}

interface Found {
  readonly differences: readonly Difference[];
  readonly isBusy: boolean;
}

async function checkSpan(
  store: Store,
  span: Span,
  ids: readonly number[],
  named: readonly Wide[],
  options: Options,
): Promise<Found> {
  const seen: Seen[] = [];
  const lines: Difference[] = [];
  for await (const records of readAll(store, ids)) {
    seen.push(...records.map(seenOf));
    lines.push(...(await compareLines(store, records)).differences);
  }
  const counters = withThoseOf(named, seen);
  const buckets = await lookTwice(options, async () => {
    const compared = await compareBuckets(store, span, counters, seen);
    return compared && [...wrongEntries(compared), ...compared.differences];
  });
  const groups = await lookTwice(options, () => compareGroups(store, idsOfSpan(span).from, seen));
  return {
    differences: [...unnamed(named, seen), ...(buckets ?? []), ...(groups ?? []), ...lines],
    isBusy: buckets === undefined || groups === undefined,
  };
}

async function doSpan(
  store: Store,
  progress: Progress,
  step: Extract<Step, { kind: "span" | "later" }>,
  options: Options,
): Promise<Progress> {
  const { span, ids } =
    step.kind === "span"
      ? await nextSpan(store, step.from, progress.hours.below)
      : { span: step.span, ids: (await readFeed(store, idsOfSpan(step.span))).flat() };
  const named = await readCounters(store);
  const { differences, isBusy } = await checkSpan(store, span, ids, named, options);
  const after = passed(progress, step, { span, executions: ids.length, isBusy });
  // What is looked at once more is found then.
  return isBusy && step.kind === "span" ? after : found(after, differences);
}

async function doTotals(
  store: Store,
  progress: Progress,
  after: string,
  options: Options,
): Promise<Progress> {
  const all = await readCounters(store);
  const rest = all.filter((counter) => nameOf(counter) > after);
  const counters = rest.slice(0, COUNTERS_TOGETHER);
  const last = counters.at(-1);
  if (last === undefined) return { ...progress, finished: store.now().getTime() };
  const { hours, differences: known } = progress;
  const upToNow = { from: hours.from, below: hourOf(idOf(store.now().getTime(), 0)) + 1 };
  let isDivided = true;
  const differences =
    (await lookTwice(options, async () => {
      const unfinished = await readUnfinished(store);
      const compared = await compareTotals(store, counters, upToNow, known, unfinished);
      isDivided = compared?.isDivided ?? false;
      return isDivided ? compared?.differences : undefined;
    })) ??
    (await lookTwice(options, async () => {
      return (await compareTotals(store, counters, upToNow, known))?.differences;
    }));
  const names = `${nameOf(counters[0] ?? last)} to ${nameOf(last)}`;
  const busy = [
    ...(isDivided ? [] : [`what is not final of ${names}`]),
    ...(differences === undefined ? [`totals of ${names}`] : []),
  ];
  return found(
    { ...progress, counter: nameOf(last), busy: [...progress.busy, ...busy] },
    differences ?? [],
  );
}

async function readProgress(store: Store): Promise<Progress | undefined> {
  const params = accessPatterns.readRecount.params(store.tables, {});
  const { Item } = await store.client.send(new GetCommand(params));
  return Item && Progress.parse(Item);
}

/** Keeps how far it has come; `undefined` where another one has gone on since. */
async function keep(store: Store, progress: Progress): Promise<Progress | undefined> {
  const next = { ...progress, revision: progress.revision + 1 };
  try {
    const params = accessPatterns.putRecount.params(store.tables, next);
    await store.client.send(new PutCommand(params));
    return next;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** The hours from the first execution on that are long enough ago. */
async function hoursOf(store: Store): Promise<Span> {
  const now = store.now().getTime();
  const below = hourOf(idOf(now - YOUNG_MS, 0));
  const firsts = await readFeed(store, { from: 0, below: Number.MAX_SAFE_INTEGER }, 1);
  const from = Math.min(below, ...firsts.flat().map(hourOf));
  return { from, below };
}

/** Begins a recount, in place of one that may be open. */
export async function beginRecount(store: Store, mode: Mode): Promise<Progress | undefined> {
  const given = { mode, started: store.now().getTime(), hours: await hoursOf(store) };
  return keep(store, begin(given, await readProgress(store)));
}

/**
 * Goes on with the recount that is open, step by step, each of which is kept.
 *
 * @param isOver whether there is no time for another step
 * @returns how far it has come; `undefined` where there is none, or another one goes on with it
 */
export async function goOn(
  store: Store,
  isOver: () => boolean,
  options: Options = { between: 5_000 },
): Promise<Progress | undefined> {
  let progress = await readProgress(store);
  while (progress && !isOver()) {
    const step = stepOf(progress);
    if (step === undefined) break;
    const meter = metered(store);
    const next =
      step.kind === "totals"
        ? await doTotals(meter.store, progress, step.after, options)
        : await doSpan(meter.store, progress, step, options);
    progress = await keep(store, { ...next, units: next.units + meter.units() });
  }
  return progress;
}
