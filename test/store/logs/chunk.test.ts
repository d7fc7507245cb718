import {
  beginning,
  chunkAfter,
  type End,
  linesOf,
  pack,
  textOf,
  unpack,
} from "@attune/store/logs/chunk";
import { logLimits } from "@attune/topology/logs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesFrom } from "./world.ts";

const endAt = (last: number, bytes = 0): End => ({ last, bytes, truncated: false });

describe("the lines of a chunk", () => {
  it("come back to the letter", () => {
    const line = fc.record({
      stream: fc.constantFrom("stdout" as const, "stderr" as const),
      time: fc.date({ noInvalidDate: true }).map((time) => time.toISOString()),
      text: fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.array(line), (seq, some) => {
        const lines = some.map((one, at) => ({ seq: seq + at, ...one }));
        expect(linesOf(seq, unpack(pack(textOf(lines))))).toEqual(lines);
      }),
    );
  });
});

describe("the chunk after the end of a log", () => {
  it("has the lines that are new", () => {
    expect(chunkAfter(endAt(5, 100), linesFrom(4, 4))).toEqual({
      seq: 6,
      last: 7,
      bytes: 112,
      truncated: false,
      lines: linesFrom(6, 2),
    });
  });

  it("is none where nothing is new", () => {
    expect(chunkAfter(endAt(5), linesFrom(1, 5))).toBeUndefined();
  });

  it("leaves no gap", () => {
    expect(chunkAfter(endAt(5), linesFrom(7, 1))).toBe("ahead");
    expect(chunkAfter(beginning, linesFrom(2, 1))).toBe("ahead");
  });

  it("ends where the log has as many lines as it may have", () => {
    const { lines: most } = logLimits;
    expect(chunkAfter(endAt(most - 2), linesFrom(most - 1, 2))).toMatchObject({ truncated: false });
    expect(chunkAfter(endAt(most - 2), linesFrom(most - 1, 3))).toMatchObject({
      last: most,
      truncated: true,
      lines: linesFrom(most - 1, 2),
    });
  });

  it("ends where the log has as many bytes as it may have, be it before its first line", () => {
    const [line] = linesFrom(9, 1);
    const long = [{ ...line, seq: 9, stream: "stdout", time: "", text: "é".repeat(50) } as const];
    const { bytes } = logLimits;
    expect(chunkAfter(endAt(8, bytes - 100), long)).toMatchObject({ bytes, truncated: false });
    expect(chunkAfter(endAt(8, bytes - 99), long)).toEqual({
      seq: 9,
      last: 8,
      bytes: bytes - 99,
      truncated: true,
      lines: [],
    });
  });

  it("is none once the log is full", () => {
    const full = { last: 8, bytes: 10, truncated: true };
    expect(chunkAfter(full, linesFrom(9, 1))).toBeUndefined();
    expect(chunkAfter(full, linesFrom(900, 1))).toBeUndefined();
  });
});
