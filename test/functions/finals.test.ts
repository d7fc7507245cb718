import { isFinal, Status } from "@attune/domain/lifecycle";
import { finalsOf } from "@attune/functions/streams/finals";
import { describe, expect, it } from "vitest";
import { id, imageOf, recordOf } from "../fixtures/stream-records.ts";

const final = { id, action_ref: "core.echo", enforcement: 42 };

describe("the executions that a record makes final", () => {
  it.each(Status.options)("%s, from running", (status) => {
    const record = recordOf(imageOf("running", 5), imageOf(status, 6));
    expect(finalsOf(record)).toEqual(isFinal(status) ? [{ ...final, status }] : []);
  });

  it("none, by a change of what is final already", () => {
    expect(finalsOf(recordOf(imageOf("completed", 6), imageOf("completed", 6)))).toEqual([]);
  });

  it("none, by a deletion", () => {
    expect(finalsOf(recordOf(imageOf("completed", 6)))).toEqual([]);
  });

  it("one that was never seen otherwise", () => {
    expect(finalsOf(recordOf(undefined, imageOf("failed", 6)))).toHaveLength(1);
  });

  it.each([
    [{ M: { text: { S: "[1]" } } }, { text: "[1]" }],
    [{ M: { ref: { S: "5/result/d" }, bytes: { N: "3000" } } }, { ref: "5/result/d", bytes: 3000 }],
    [
      { M: { object: { S: "5/result/d" }, bytes: { N: "400000" } } },
      { object: "5/result/d", bytes: 400000 },
    ],
  ])("with all that filters look at, its result as %j", (attribute, result) => {
    const more = {
      parent: { N: "7" },
      executor: { N: "3" },
      original_execution: { N: "5" },
      result: attribute,
    };
    expect(finalsOf(recordOf(imageOf("running", 5), imageOf("completed", 6, more)))).toEqual([
      { ...final, status: "completed", parent: 7, executor: 3, original_execution: 5, result },
    ]);
  });

  it("throws for a record of something else", () => {
    expect(() => finalsOf(recordOf(undefined, { key: { S: "all" } }))).toThrow("Invalid input");
  });
});
