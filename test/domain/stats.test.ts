import { Status } from "@attune/domain/lifecycle";
import { statsOf } from "@attune/domain/stats";
import fc from "fast-check";
import { expect, it } from "vitest";

const counts = fc.record(
  Object.fromEntries(Status.options.map((status) => [status, fc.nat(1_000)])),
  { requiredKeys: [] },
);

it("counts each execution once: total is the buckets and canceling", () => {
  fc.assert(
    fc.property(counts, (byStatus) => {
      const { total, ...buckets } = statsOf(byStatus);
      const sum = Object.values(buckets).reduce((a, b) => a + b, 0);
      expect(total).toBe(sum + (byStatus.canceling ?? 0));
    }),
  );
});

it("has the seed's eight fields, pending being what no worker has taken up", () => {
  expect(statsOf({ requested: 1, scheduling: 2, scheduled: 4, running: 8, canceling: 16 })).toEqual(
    {
      total: 31,
      completed: 0,
      failed: 0,
      running: 8,
      pending: 7,
      cancelled: 0,
      timeout: 0,
      abandoned: 0,
    },
  );
});
