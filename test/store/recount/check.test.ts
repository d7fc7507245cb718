import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { deliveries } from "../../fixtures/deliveries.ts";
import { startStore } from "../../fixtures/store.ts";
import { atNow, clear, live, NOW, recount } from "./world.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());

describe.each([1, 3])("a check, with %i shards", (shards) => {
  const store = atNow(fixture.store, shards);

  it("finds nothing in what the stream has made", async () => {
    const property = fc.asyncProperty(
      deliveries,
      fc.array(fc.nat(), { minLength: 1 }),
      async (some, writers) => {
        const items = await live(store, some.batches(0), writers);
        const { differences, busy, executions, finished } = await recount(store, "check");
        expect({ differences, busy }).toEqual({ differences: [], busy: [] });
        expect(executions).toBe(items.length);
        expect(finished).toBe(NOW);
      },
    );
    await fc.assert(
      property.afterEach(() => clear(store)),
      { numRuns: 6, endOnFailure: true },
    );
  });
});
