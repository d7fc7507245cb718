/** The steps of a recount: a span of hours, and the totals of some counters. */
import { setTimeout as wait } from "node:timers/promises";
import { idOf } from "@attune/domain/ids";
import { addToDirectory } from "../counters/directory.ts";
import { contributionOf } from "../counters/fold.ts";
import { ledgerKey } from "../counters/keys.ts";
import { entryOf } from "../counters/ledger.ts";
import { totalFields } from "../counters/tally.ts";
import type { ExecutionRecord } from "../record.ts";
import { saveSegments } from "../search/save-segments.ts";
import type { Store } from "../store.ts";
import { compareBuckets } from "./compare-buckets.ts";
import { compareGroups } from "./compare-groups.ts";
import { compareLines } from "./compare-lines.ts";
import { compareTotals, readUnfinished } from "./compare-totals.ts";
import { nameOf, readCounters, unnamed, withThoseOf } from "./counters.ts";
import { confirm, type Difference } from "./differences.ts";
import { type Standings, stand } from "./look.ts";
import { found, knownOf, type Progress, passed, type SpanStep, type Step } from "./progress.ts";
import { correct, mend, rewriteLines } from "./repair.ts";
import { readFeed, readRecords, type Seen, seenOf } from "./seen.ts";
import { hourOf, idsOfSpan, nextSpan, nodesIn, type Span } from "./span.ts";

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
const wrongEntries = ({ stood, state }: Standings): Difference[] =>
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

/** The executions of a span, and what their lines differ in; a repair writes them. */
async function readSpan(
  store: Store,
  ids: readonly number[],
  { mode }: Progress,
  { between }: Options,
): Promise<{ seen: Seen[]; lines: Difference[] }> {
  const seen: Seen[] = [];
  const lines: Difference[] = [];
  for await (const records of readAll(store, ids)) {
    seen.push(...records.map(seenOf));
    const { differences, missing, wrong } = await compareLines(store, records);
    lines.push(...differences);
    if (mode === "check") continue;
    await rewriteLines(store, wrong, between);
    await saveSegments(store, missing);
  }
  return { seen, lines };
}

/** What is wrong beside the numbers of counters, and mended by a repair. */
async function settle(
  store: Store,
  progress: Progress,
  ids: readonly number[],
  options: Options,
): Promise<{ seen: readonly Seen[]; progress: Progress }> {
  const { seen, lines } = await readSpan(store, ids, progress, options);
  const standings = await stand(store, seen);
  const counted = standings.stood.flatMap((one) => (one.status === null ? [] : [one.seen]));
  // Whoever counts writes the directory first.
  const nameless = unnamed(await readCounters(store), counted);
  const differences = [...nameless, ...wrongEntries(standings), ...lines];
  const after = found(progress, differences);
  if (progress.mode === "check") return { seen, progress: after };
  await addToDirectory(
    store,
    nameless.map(({ attribute }) => attribute),
  );
  await mend(store, standings);
  return { seen, progress: { ...after, repaired: after.repaired + differences.length } };
}

async function doSpan(
  store: Store,
  progress: Progress,
  step: SpanStep,
  options: Options,
): Promise<Progress | undefined> {
  const { span, ids } =
    step.kind === "span"
      ? await nextSpan(store, step.from, progress.hours.below)
      : { span: step.span, ids: (await readFeed(store, idsOfSpan(step.span))).flat() };
  const settled = await settle(store, progress, ids, options);
  const { seen } = settled;
  const counters = withThoseOf(await readCounters(store), seen);
  let days: readonly number[] = [];
  const buckets = await lookTwice(options, async () => {
    const compared = await compareBuckets(store, span, counters, seen);
    days = compared?.days ?? days;
    return compared?.differences;
  });
  const groups = await lookTwice(options, () => compareGroups(store, idsOfSpan(span).from, seen));
  const isBusy = buckets === undefined || groups === undefined;
  const here = { span, days, executions: ids.length, isBusy };
  // What is looked at once more is found then.
  if (isBusy && step.kind === "span") return passed(progress, step, here);
  const after = await note(store, settled.progress, [...(buckets ?? []), ...(groups ?? [])]);
  return after && passed(after, step, here);
}

/** Keeps what is wrong with counters, and corrects it where it is to be repaired. */
async function note(
  store: Store,
  progress: Progress,
  differences: readonly Difference[],
): Promise<Progress | undefined> {
  return progress.mode === "check"
    ? found(progress, differences)
    : correct(store, progress, differences);
}

/** Counts what is too young to be compared. */
async function doYoung(store: Store, progress: Progress, from: number): Promise<Progress> {
  const { span, ids } = await nextSpan(store, from, progress.until);
  for await (const records of readAll(store, ids))
    await mend(store, await stand(store, records.map(seenOf)));
  return { ...progress, at: span.below, executions: progress.executions + ids.length };
}

/** The days that have anything, those that are too young to be compared included. */
function daysOf(store: Store, { days, hours }: Progress): number[] {
  const young: Span = {
    from: hours.below,
    below: hourOf(idOf(store.now().getTime(), 0)) + 1,
  };
  return [...new Set([...days, ...nodesIn("day", young).map(({ at }) => at)])];
}

async function doTotals(
  store: Store,
  progress: Progress,
  last: string,
  options: Options,
): Promise<Progress | undefined> {
  const counters = (await readCounters(store))
    .filter((counter) => nameOf(counter) > last)
    .slice(0, COUNTERS_TOGETHER);
  const names = counters.map(nameOf);
  const after = names.at(-1);
  if (after === undefined) return { ...progress, finished: store.now().getTime() };
  const [days, known] = [daysOf(store, progress), knownOf(progress)];
  const compareThem = async (unfinished?: readonly Seen[]) =>
    compareTotals(store, counters, days, known, unfinished);
  const divided = await lookTwice(options, async () => {
    const compared = await compareThem(await readUnfinished(store));
    return compared?.isDivided ? compared.differences : undefined;
  });
  const differences =
    divided ??
    (await lookTwice(
      options,
      async () => (await compareThem(await readUnfinished(store)))?.differences,
    )) ??
    (await lookTwice(options, async () => (await compareThem())?.differences));
  const of = `of ${names[0]} to ${after}`;
  const busy = [
    ...(divided ? [] : [`what is not final ${of}`]),
    ...(differences ? [] : [`totals ${of}`]),
  ];
  const isSum = ({ attribute }: Difference) => attribute in totalFields;
  const noted = await note(
    store,
    { ...progress, counter: after, busy: [...progress.busy, ...busy] },
    differences?.filter((one) => !isSum(one)) ?? [],
  );
  // Nobody knows which status it is that is off.
  return noted && found(noted, differences?.filter(isSum) ?? []);
}

/** Does one step; `undefined` where another one has gone on with the recount. */
export async function take(
  store: Store,
  progress: Progress,
  step: Step,
  options: Options,
): Promise<Progress | undefined> {
  if (step.kind === "totals") return doTotals(store, progress, step.after, options);
  if (step.kind === "young") return doYoung(store, progress, step.from);
  return doSpan(store, progress, step, options);
}
