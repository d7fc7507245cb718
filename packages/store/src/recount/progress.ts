/** How far a recount has come, pure: it is kept after every step, and whoever comes next goes on from there. */
import * as z from "zod";
import { Difference } from "./differences.ts";
import type { Span } from "./span.ts";

export const Mode = z.enum(["check", "repair"]);
export type Mode = z.infer<typeof Mode>;

const SpanOf = z.object({ from: z.int(), below: z.int() });

export const Progress = z.object({
  /** Counts the writes, from 1: two that go on at once do not both. */
  revision: z.int().min(1),
  mode: Mode,
  /** Unix time in milliseconds. */
  started: z.int(),
  finished: z.int().optional(),
  /** All hours that it looks at, from the ids' epoch on. */
  hours: SpanOf,
  /** Up to here a repair counts what is too young to be compared. */
  until: z.int(),
  /** The first hour that it has not looked at. */
  at: z.int(),
  /** What changed while it was looked at, for another time. */
  later: z.array(SpanOf),
  /** The name of the last counter whose totals are compared; `""` before the first one. */
  counter: z.string(),
  /** Days that have anything, from the ids' epoch on. */
  days: z.array(z.int()),
  executions: z.int(),
  spans: z.int(),
  differences: z.array(Difference),
  /** Differences beyond those that are kept. */
  more: z.int(),
  repaired: z.int(),
  /** What never stood still, and is not compared. */
  busy: z.array(z.string()),
  units: z.number(),
});
export type Progress = z.infer<typeof Progress>;

/** Differences that are kept: an item has room for them. */
const KEPT = 1_000;

export const begin = (
  given: Pick<Progress, "mode" | "started" | "hours" | "until">,
  before: Progress | undefined,
): Progress => ({
  ...given,
  revision: before?.revision ?? 0,
  at: given.hours.from,
  later: [],
  counter: "",
  days: [],
  executions: 0,
  spans: 0,
  differences: [],
  more: 0,
  repaired: 0,
  busy: [],
  units: 0,
});

export type Step =
  | { readonly kind: "span"; readonly from: number }
  | { readonly kind: "young"; readonly from: number }
  | { readonly kind: "later"; readonly span: Span }
  | { readonly kind: "totals"; readonly after: string };

export type SpanStep = Extract<Step, { kind: "span" | "later" }>;

/** What is to be done next; `undefined` at the end. */
export function stepOf(progress: Progress): Step | undefined {
  const { finished, mode, at, hours, until, later, counter } = progress;
  if (finished !== undefined) return undefined;
  if (at < hours.below) return { kind: "span", from: at };
  if (at < until && mode === "repair") return { kind: "young", from: at };
  const [span] = later;
  return span ? { kind: "later", span } : { kind: "totals", after: counter };
}

export function found(progress: Progress, differences: readonly Difference[]): Progress {
  const all = [...progress.differences, ...differences];
  return {
    ...progress,
    differences: all.slice(0, KEPT),
    more: progress.more + Math.max(0, all.length - KEPT),
  };
}

/** What a span came to. */
export interface Passed {
  readonly span: Span;
  readonly days: readonly number[];
  readonly executions: number;
  readonly isBusy: boolean;
}

/** After a span. What was busy is looked at once more, at the end. */
export function passed(
  progress: Progress,
  step: SpanStep,
  { span, days, executions, isBusy }: Passed,
): Progress {
  const all = [...new Set([...progress.days, ...days])].toSorted((one, other) => one - other);
  if (step.kind === "later") {
    const name = `hours ${span.from} to ${span.below}`;
    return {
      ...progress,
      days: all,
      later: progress.later.slice(1),
      busy: isBusy ? [...progress.busy, name] : progress.busy,
    };
  }
  return {
    ...progress,
    days: all,
    at: span.below,
    later: isBusy ? [...progress.later, { from: span.from, below: span.below }] : progress.later,
    executions: progress.executions + executions,
    spans: progress.spans + 1,
  };
}

/** What is wrong with the counters and stays so: a repair leaves nothing. */
export const knownOf = ({ mode, differences }: Progress): readonly Difference[] =>
  mode === "check" ? differences : [];

const DAY_MS = 24 * 3_600_000;

/** Whether the daily check is to begin: never while a recount is open. @param now Unix time in milliseconds */
export const isDue = (last: Progress | undefined, now: number): boolean =>
  last === undefined || (last.finished !== undefined && now - last.started >= DAY_MS);
