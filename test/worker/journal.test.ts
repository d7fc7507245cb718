import type { LogLine } from "@attune/domain/logs";
import { openJournal } from "@attune/worker/journal";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => vi.useRealTimers());

const never = new AbortController().signal;
const textsOf = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

type Answer = Awaited<ReturnType<Parameters<typeof openJournal>[0]>>;
const accepted: Answer = { is: "accepted", value: { truncated: false } };

/** A journal, its calls, each of which the test answers. */
function opened() {
  const calls: (readonly LogLine[])[] = [];
  const losses: Error[] = [];
  let answer = Promise.withResolvers<Answer>();
  const journal = openJournal(
    async (lines, signal) => {
      calls.push(lines);
      signal.addEventListener("abort", () => answer.reject(signal.reason));
      return answer.promise;
    },
    (error) => losses.push(error),
  );
  return {
    ...{ journal, calls, losses },
    async answer(given: Answer) {
      answer.resolve(given);
      answer = Promise.withResolvers();
      // The journal goes on in promises alone.
      for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    },
  };
}

describe("a journal", () => {
  it("makes no call where nothing is written", async () => {
    const { journal, calls } = opened();
    await journal.close(never);
    expect(calls).toEqual([]);
  });

  it("sends the lines of a second together, numbered on from the call before", async () => {
    const { journal, calls, answer } = opened();
    journal.write("stdout", "one\r\ntwo\n");
    journal.write("stderr", "");
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(calls[0]).toEqual([
      { seq: 1, stream: "stdout", time: expect.any(String), text: "one" },
      { seq: 2, stream: "stdout", time: expect.any(String), text: "two" },
      { seq: 3, stream: "stderr", time: expect.any(String), text: "" },
    ]);
    await answer(accepted);
    journal.write("stdout", "four");
    vi.advanceTimersByTime(1_000);
    expect(calls[1]).toMatchObject([{ seq: 4, text: "four" }]);
  });

  it("does not wait with a thousand lines, nor with a quarter of a mebibyte", () => {
    for (const [text, times] of [
      ["x", 1_000],
      ["x".repeat(16_384), 16],
    ] as const) {
      const { journal, calls } = opened();
      for (let at = 0; at < times; at++) journal.write("stdout", text);
      expect(calls).toHaveLength(1);
      expect(calls[0]).toHaveLength(times);
    }
  });

  it("cuts a line that is too long, between two characters", () => {
    const { journal, calls } = opened();
    const text = "😀".repeat(6_000);
    journal.write("stdout", text);
    vi.advanceTimersByTime(1_000);
    const lines = textsOf(calls[0] ?? []);
    expect(lines.map((line) => Buffer.byteLength(line))).toEqual([16_384, 7_616]);
    expect(lines.join("")).toBe(text);
  });

  it("drops what there is no room for, and says so in its place", async () => {
    const { journal, calls, answer } = opened();
    for (let at = 1; at <= 21_005; at++) journal.write("stdout", String(at));
    await answer(accepted);
    journal.write("stdout", "after");
    const closed = journal.close(never);
    while (calls.length < 22) await answer(accepted);
    await answer(accepted);
    await closed;
    const texts = calls.flatMap(textsOf);
    expect(texts.slice(0, 21_000)).toEqual(Array.from({ length: 21_000 }, (_, at) => `${at + 1}`));
    expect(texts.slice(21_000)).toEqual(["5 lines are missing here: they came too fast", "after"]);
    expect(calls.flat().map(({ seq }) => seq)).toEqual(texts.map((_, at) => at + 1));
  });

  it("stops, and says why, where the service refuses it", async () => {
    const { journal, calls, losses, answer } = opened();
    journal.write("stdout", "one");
    vi.advanceTimersByTime(1_000);
    journal.write("stdout", "two");
    await answer({ is: "refused", reason: "Execution 5 is abandoned" });
    journal.write("stdout", "three");
    await journal.close(never);
    expect(calls).toHaveLength(1);
    expect(losses).toEqual([new Error("2 lines of the log were not written")]);
    expect(losses[0]?.cause).toEqual(new Error("Execution 5 is abandoned"));
  });

  it("stops where the log is full", async () => {
    const { journal, calls, losses, answer } = opened();
    journal.write("stdout", "one");
    vi.advanceTimersByTime(1_000);
    await answer({ is: "accepted", value: { truncated: true } });
    journal.write("stdout", "two");
    await journal.close(never);
    expect(calls).toHaveLength(1);
    expect(losses).toEqual([]);
  });

  it("gives up once it has no more time", async () => {
    const { journal, losses } = opened();
    journal.write("stdout", "one");
    const time = new AbortController();
    const closed = journal.close(time.signal);
    time.abort(new Error("No time"));
    await closed;
    expect(losses).toEqual([new Error("1 lines of the log were not written")]);
  });
});
