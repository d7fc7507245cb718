import { collect } from "@attune/store/list/collect";
import type { Chunk } from "@attune/store/list/walk";
import { describe, expect, it } from "vitest";

/** Chunks of so many matches each, ids from 1000 down, each chunk at so many read units. */
async function* chunksOf(sizes: readonly number[], units = 1): AsyncGenerator<Chunk> {
  let id = 1_000;
  for (const [at, size] of sizes.entries()) {
    const matches = Array.from({ length: size }, () => ({ id: id-- }));
    yield { matches, last: id + 1, looked: size + 1, units, isLast: at === sizes.length - 1 };
  }
}
const ids = (page: readonly { id: number }[]) => page.map(({ id }) => id);

describe("a page out of chunks", () => {
  it("skips, takes, and stops one match behind the page", async () => {
    const wanted = { skip: 3, take: 4, countAll: false };
    const { page, ids: passed, ...rest } = await collect(chunksOf([2, 4, 3, 5]), wanted);
    expect(ids(page)).toEqual([997, 996, 995, 994]);
    expect(passed).toEqual([1000, 999, 998, 997, 996, 995, 994, 993, 992]);
    expect(rest).toEqual({ passed: 9, scanned: 12, isAtEnd: false });
  });

  it("knows that nothing comes after the last chunk", async () => {
    const {
      page,
      ids: _,
      ...rest
    } = await collect(chunksOf([2, 1]), {
      skip: 0,
      take: 3,
      countAll: false,
    });
    expect(ids(page)).toEqual([1000, 999, 998]);
    expect(rest).toEqual({ passed: 3, scanned: 5, isAtEnd: true });
  });

  it("counts to the end where it has to", async () => {
    const { page, passed } = await collect(chunksOf([9, 9, 9]), {
      skip: 0,
      take: 2,
      countAll: true,
    });
    expect(ids(page)).toEqual([1000, 999]);
    expect(passed).toBe(27);
  });

  it("stops where a request has taken what it may, and says where", async () => {
    const wanted = { skip: 0, take: 20, countAll: true };
    const { page, ids: _, ...rest } = await collect(chunksOf([3, 3, 3], 500), wanted);
    expect(ids(page)).toEqual([1000, 999, 998, 997, 996, 995]);
    expect(rest).toEqual({ passed: 6, scanned: 8, isAtEnd: false, stoppedAt: 995 });
  });
});
