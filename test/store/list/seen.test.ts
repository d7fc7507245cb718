import { seenIn, seenOf } from "@attune/store/list/seen";
import { describe, expect, it } from "vitest";

describe("what a walk has seen", () => {
  const range = { from: 10, below: 100 };

  it("is all of a range where the walk came to its end, and else as far as the last match", () => {
    const ids = [90, 70, 40];
    expect(seenIn(range, "newest", { ids, isAtEnd: true })).toEqual({ ...range, ids });
    expect(seenIn(range, "newest", { ids, isAtEnd: false })).toEqual({ from: 40, below: 100, ids });
    const inOrder = ids.toReversed();
    expect(seenIn(range, "oldest", { ids: inOrder, isAtEnd: false })).toEqual({
      ...{ from: 10, below: 91, ids: inOrder },
    });
    expect(seenIn(range, "oldest", { ids: [], isAtEnd: false })).toMatchObject({ below: 10 });
    expect(seenIn({}, "newest", { ids: [], isAtEnd: true })).toMatchObject({ from: 0 });
  });

  it("tells of the ids that lie in it, and of no others", () => {
    const seen = { from: 40, below: 100, ids: [90, 70, 40] };
    expect(seenOf(seen, { from: 40, below: 90 })?.ids).toEqual([70, 40]);
    expect(seenOf(seen, { from: 95, below: 100 })?.ids).toEqual([]);
    expect(seenOf(seen, { from: 39, below: 90 })).toBeUndefined();
    expect(seenOf(seen, { from: 50, below: 101 })).toBeUndefined();
  });
});
