import { changesOf } from "@attune/functions/streams/history";
import { describe, expect, it } from "vitest";
import { at, id, imageOf, recordOf } from "../fixtures/stream-records.ts";

const byExecutor = { owner: { S: "executor" }, attempt: { N: "0" } };
const byWorker = { owner: { S: "worker" }, attempt: { N: "1" } };
const entry = { owner: "worker", attempt: 1, at };

describe("the change that a record is", () => {
  it("of a new execution", () => {
    expect(changesOf(recordOf(undefined, imageOf("requested", 1, byExecutor)))).toEqual([
      { id, version: 1, entry: { status: "requested", owner: "executor", attempt: 0, at } },
    ]);
  });

  it("of a status and an owner", () => {
    const before = imageOf("scheduling", 2, byExecutor);
    expect(changesOf(recordOf(before, imageOf("scheduled", 3, byWorker)))).toEqual([
      { id, version: 3, entry: { ...entry, status: "scheduled" } },
    ]);
  });

  it("by a worker", () => {
    const after = imageOf("running", 4, { ...byWorker, executor: { N: "7" } });
    expect(changesOf(recordOf(imageOf("scheduled", 3, byWorker), after))).toEqual([
      { id, version: 4, entry: { ...entry, status: "running", worker: 7 } },
    ]);
  });

  it("none, where neither has changed", () => {
    const before = imageOf("running", 4, byWorker);
    const after = { ...before, cancel_requested: { S: at } };
    expect(changesOf(recordOf(before, after))).toEqual([]);
  });

  it("none, by a deletion", () => {
    expect(changesOf(recordOf(imageOf("completed", 6, byWorker)))).toEqual([]);
  });

  it("refuses a record that is of no execution", () => {
    expect(() => changesOf(recordOf(undefined, { id: { N: "5" } }))).toThrow("owner");
  });
});
