import { createdOf } from "@attune/domain/ids";
import type { Entry } from "@attune/store/history/entry";
import { entriesOf } from "@attune/store/history/read-history";
import { tell } from "@attune/store/history/tell";
import { ExecutionRecord } from "@attune/store/record";
import { describe, expect, it } from "vitest";

const id = 374018138035016;
const created = createdOf(id);
/** Some seconds after the creation. */
const later = (seconds: number) => new Date(Date.parse(created) + seconds * 1_000).toISOString();

const executor = { owner: "executor", attempt: 0 } as const;
const worker = { owner: "worker", attempt: 1 } as const;
const ran = { ...worker, executor: 7 } as const;

const record = (version: number, more: object): ExecutionRecord =>
  ExecutionRecord.parse({
    ...{ id, version, action_ref: "core.echo", pool: "default" },
    ...{ idempotency_key: "x", ledger: "x", updated: created },
    ...executor,
    ...more,
  });

const kept: [number, Entry][] = [
  [2, { ...executor, status: "scheduling", at: later(1) }],
  [3, { ...worker, status: "scheduled", at: later(1.5) }],
  [4, { ...worker, status: "running", worker: 7, at: later(3) }],
];

const told = (one: ExecutionRecord, entries: [number, Entry][]) =>
  tell(one, entriesOf(one, entries));
const linesOf = ({ entries }: ReturnType<typeof tell>) =>
  entries.map(({ from, to, version, reason, seconds }) => ({ from, to, version, reason, seconds }));

describe("a history", () => {
  it("tells of each change, and how long each status lasted", () => {
    const end = record(5, { status: "completed", ...ran, updated: later(10.25) });
    const history = told(end, kept);
    expect(history.complete).toBe(true);
    expect(linesOf(history)).toEqual([
      { from: null, to: "requested", version: 1, reason: null, seconds: 1 },
      { from: "requested", to: "scheduling", version: 2, reason: null, seconds: 0.5 },
      { from: "scheduling", to: "scheduled", version: 3, reason: null, seconds: 1.5 },
      { from: "scheduled", to: "running", version: 4, reason: null, seconds: 7.25 },
      { from: "running", to: "completed", version: 5, reason: null, seconds: null },
    ]);
    expect(history.durations).toEqual({
      ...{ requested: 1, scheduling: 0.5, scheduled: 1.5, running: 7.25 },
    });
    expect(history.entries.map((one) => [one.owner, one.attempt, one.worker])).toEqual([
      ["executor", 0, null],
      ["executor", 0, null],
      ["worker", 1, null],
      ["worker", 1, 7],
      ["worker", 1, 7],
    ]);
  });

  it("is whole at once where there is nothing between the first change and the last", () => {
    const one = record(1, { status: "requested" });
    expect(linesOf(told(one, []))).toEqual([
      { from: null, to: "requested", version: 1, reason: null, seconds: null },
    ]);
    const cancelled = record(2, { status: "cancelled", updated: later(2) });
    const reason = "It was cancelled before the handoff";
    expect(linesOf(told(cancelled, []))).toEqual([
      { from: null, to: "requested", version: 1, reason: null, seconds: 2 },
      { from: "requested", to: "cancelled", version: 2, reason, seconds: null },
    ]);
    expect(told(cancelled, []).complete).toBe(true);
  });

  it("says that changes are missing, and leaves them out", () => {
    const history = told(record(5, { status: "completed", ...ran }), kept.slice(0, 1));
    expect(history.complete).toBe(false);
    expect(history.entries.map(({ version }) => version)).toEqual([1, 2, 5]);
  });

  it("takes what the stream has brought before the item that was read", () => {
    const history = told(record(3, { status: "scheduled", ...worker, updated: later(1.5) }), kept);
    expect(history.complete).toBe(true);
    expect(history.entries.at(-1)).toMatchObject({ from: "scheduled", to: "running", version: 4 });
  });

  const cancel = { cancel_requested: later(5) };
  const request = { from: "running", to: "running", version: 4, reason: "A cancel was requested" };

  it("tells of a cancel that was requested, as long as nothing came after it", () => {
    const history = told(record(4, { status: "running", ...ran, updated: later(3), ...cancel }), [
      ...kept.slice(0, 2),
    ]);
    expect(linesOf(history).at(-1)).toEqual({ ...request, seconds: null });
    expect(history.entries.at(-1)?.at).toBe(cancel.cancel_requested);
    expect(history.durations.running).toBe(2);
  });

  it.each(["canceling", "completed"])("and where it is %s", (status) => {
    const end = record(5, { status, ...ran, updated: later(6), ...cancel });
    const history = told(end, kept);
    expect(linesOf(history).slice(-2)).toEqual([
      { ...request, seconds: 1 },
      { from: "running", to: status, version: 5, reason: null, seconds: null },
    ]);
    expect(history.durations.running).toBe(3);
  });

  it("leaves the request out as long as its place is not known", () => {
    const end = record(5, { status: "canceling", ...ran, updated: later(6), ...cancel });
    expect(linesOf(told(end, kept.slice(0, 1))).map(({ to }) => to)).toEqual([
      "requested",
      "scheduling",
      "canceling",
    ]);
  });

  it("names the first of some tries", () => {
    const [first] = told(record(1, { status: "requested", original_execution: 5 }), []).entries;
    expect(first?.reason).toBe("A new try of execution 5");
  });

  const failed = (result: object) =>
    told(record(5, { status: "failed", ...ran, result }), kept).entries.at(-1)?.reason;

  it("has the sentence of an error", () => {
    expect(failed({ text: '{"error":"The disk is full"}' })).toBe("The disk is full");
  });

  it.each([
    { text: '{"error":{"code":5}}' },
    { text: "[1]" },
    { text: "null" },
    { ref: "5/result/d", bytes: 3_000 },
  ])("has none where the result is %j", (result) => {
    expect(failed(result)).toBeNull();
  });

  it("never has a negative time, whatever the clocks say", () => {
    const end = record(5, { status: "completed", ...ran, updated: later(2) });
    expect(told(end, kept).durations.running).toBe(0);
  });
});
