import { meets } from "@attune/domain/filter";
import { expect, it } from "vitest";

const facts = {
  status: "failed",
  action_ref: "core.http.get",
  enforcement: 3,
  parent: null,
  executor: 7,
  original_execution: 9,
  result: '{"Error":"100% of a_b timed out ÄÖ"}',
} as const;

it.each([
  [{ status: ["failed", "timeout"] as const }, true],
  [{ status: ["completed"] as const }, false],
  [{ action_ref: ["core.echo", "core.http.get"] }, true],
  [{ action_ref: ["core.http"] }, false],
  [{ pack_name: "core" }, true],
  [{ pack_name: "core.http" }, true],
  [{ pack_name: "cor" }, false],
  [{ pack_name: "core.http.get" }, false],
  [{ enforcement: 3 }, true],
  [{ parent: 3 }, false],
  [{ executor: 7 }, true],
  [{ executor: 8 }, false],
  [{ original_execution: 9 }, true],
  [{ original_execution: 10 }, false],
  [{ top_level: true as const }, true],
  [{ result_contains: "error" }, true],
  [{ result_contains: "TIMED OUT äö" }, true],
  [{ result_contains: "100%" }, true],
  [{ result_contains: "%timed" }, false],
  [{ result_contains: "a_b" }, true],
  [{ result_contains: "aXb" }, false],
  [{ result_contains: "" }, true],
])("%j → %s", (filter, holds) => {
  expect(meets(filter, facts, Object.keys(filter) as (keyof typeof filter)[])).toBe(holds);
});

it("is not at the top with a parent", () => {
  expect(meets({ top_level: true }, { ...facts, parent: 3 }, ["top_level"])).toBe(false);
});

it("finds nothing in an execution without a result, not even the empty text", () => {
  expect(meets({ result_contains: "" }, { ...facts, result: null }, ["result_contains"])).toBe(
    false,
  );
});
