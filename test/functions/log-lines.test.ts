import { createAudience } from "@attune/store/live/audience";
import { cursorOf } from "@attune/store/live/entries";
import { readWhatIsLeft } from "@attune/store/live/log";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeOf, type LiveWorld, startLiveWorld } from "../fixtures/live-world.ts";
import { linesFrom } from "../store/logs/world.ts";

let world: LiveWorld;
beforeAll(async () => {
  world = await startLiveWorld();
});
afterAll(() => world.stop());

const chunk = { execution: 1, seq: 1, last: 20, bytes: 900, truncated: false, action_ref: "a.b" };

const facts = (parent: number | null, enforcement: number | null) => ({
  ...{ action_ref: "a.b", parent, enforcement },
});

/** The answer of the function to some chunks, and what it has told the log. */
async function tell(...chunks: readonly object[]) {
  const start = await world.append([]);
  const answer = await world.tellOfChunks(chunks);
  return { answer, entries: (await readWhatIsLeft(world.store, start)).map((one) => one.changes) };
}

it("no chunk is told of while nobody has ever listened", async () => {
  expect(await tell(chunk)).toEqual({ answer: { batchItemFailures: [] }, entries: [] });
});

describe("the chunks of a batch", () => {
  beforeAll(() => createAudience(world.store).note());

  it("are one entry of the live log, with what filters look at", async () => {
    const other = { ...chunk, execution: 2, seq: 21, last: 21, parent: 3, enforcement: 4 };
    expect(await tell(chunk, other)).toEqual({
      answer: { batchItemFailures: [] },
      entries: [
        [
          { id: 1, from_seq: 1, to_seq: 20, status: null, ...facts(null, null) },
          { id: 2, from_seq: 21, to_seq: 21, status: null, ...facts(3, 4) },
        ],
      ],
    });
  });

  it("are none where no line was added, since the log was full", async () => {
    const { answer, entries } = await tell({ ...chunk, seq: 21, last: 20, truncated: true });
    expect(entries).toEqual([]);
    expect(answer).toEqual({ batchItemFailures: [] });
  });

  it("are told up to the first that cannot be read", async () => {
    const { answer, entries } = await tell(chunk, { execution: 1, seq: 21 }, chunk);
    expect(entries.map((changes) => changes.length)).toEqual([1]);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  });
});

describe("lines that are too much for a message", () => {
  // Each of them is one of the largest, in JSON six times as long as it is.
  const lines = linesFrom(1, 7, "\u0001".repeat(16_000)).concat(linesFrom(8, 300, "x".repeat(900)));

  /** What a client is told that comes with a cursor. */
  async function replay(connection: string, since: string, batch: boolean) {
    await world.connect(connection);
    await world.say(connection, { type: "subscribe", since, batch, logs: true });
    const told = (world.clients.get(connection) ?? []).flatMap((one) =>
      one.type === "batch" ? one.messages : [one],
    );
    await world.disconnect(connection);
    return told.flatMap((one) => (one.type === "execution.log" ? [one] : []));
  }

  it.each([true, false])(
    "come in several, each a place to go on from (batch: %s)",
    async (batch) => {
      const start = await world.append([]);
      const change = changeOf(batch ? 10 : 11, 1);
      await world.append([await world.grow(lines, change), { ...change, version: 2 }]);
      const whole = await replay("whole", cursorOf({ seq: start }), batch);
      expect(whole.flatMap((one) => one.lines)).toEqual(lines);
      expect(whole.length).toBeGreaterThan(7);
      for (const { from_seq, to_seq, lines: own } of whole)
        expect([from_seq, to_seq]).toEqual([own.at(0)?.seq, own.at(-1)?.seq]);
      for (const text of whole.map((one) => JSON.stringify(one)))
        expect(Buffer.byteLength(text)).toBeLessThan(131_072);
      for (const { cursor, to_seq } of whole)
        expect((await replay(`${to_seq}`, cursor, batch)).flatMap((one) => one.lines)).toEqual(
          lines.slice(to_seq),
        );
    },
  );
});
