import { RetryPolicy } from "@attune/domain/retry-policy";
import { expect, it } from "vitest";

it("keeps a back-off to the millisecond", () => {
  const policy = { max_attempts: 2, backoff_seconds: 5e-324, max_backoff_seconds: 0.0015 };
  expect(RetryPolicy.parse(policy)).toEqual({
    max_attempts: 2,
    backoff_seconds: 0,
    max_backoff_seconds: 0.002,
  });
});
