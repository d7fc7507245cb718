import type { Filter } from "@attune/domain/filter";
import { Status } from "@attune/domain/lifecycle";
import type { Tally } from "@attune/store/counters/tally";
import { statusKeysOf } from "@attune/store/index-keys";
import { costOf, pageCostOf, pathOfActions, pathsOf, simplify } from "@attune/store/list/paths";
import { talliesOf } from "@attune/store/list/totals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const partitionsOf = (filter: Filter) =>
  pathsOf(filter).map((path) =>
    path.map(({ source, onEntry, onItem }) =>
      [
        `${source.index} ${source.partitions(1).join()}`,
        ...(onEntry.length > 0 ? [`entry: ${onEntry.join()}`] : []),
        ...(onItem.length > 0 ? [`item: ${onItem.join()}`] : []),
      ].join("; "),
    ),
  );

describe("the paths of a filter", () => {
  it.each<[Filter, string[][]]>([
    [{}, [["by_feed 0|all"]]],
    [{ status: ["failed"] }, [["by_status 0|failed"]]],
    [{ status: ["failed", "running"] }, [["by_status 0|failed", "by_status 0|running"]]],
    // Two statuses share a value: one of them is tested on its entries, and both are read at once.
    [{ status: ["scheduling"] }, [["by_status 0|unscheduled,1|unscheduled; entry: status"]]],
    [{ status: ["scheduling", "requested"] }, [["by_status 0|unscheduled,1|unscheduled"]]],
    [
      { status: ["requested", "failed"] },
      [["by_status 0|unscheduled,1|unscheduled; entry: status", "by_status 0|failed"]],
    ],
    [{ action_ref: ["a.b", "c.d"] }, [["by_action 0|a.b", "by_action 0|c.d"]]],
    [{ pack_name: "a" }, [["by_pack 0|a"]]],
    [{ pack_name: "a.b" }, [["by_pack 0|a; entry: pack_name"]]],
    [{ enforcement: 7 }, [["by_enforcement 7"]]],
    [{ parent: 7 }, [["by_parent 7"]]],
    [{ original_execution: 7 }, [["by_original 7"]]],
    [{ top_level: true }, [["by_feed 0|all; entry: top_level"]]],
    // What leaves nothing open is the only one.
    [
      { action_ref: ["a.b"], status: ["failed", "timeout"] },
      [["by_action_status 0|a.b", "by_action_status 0|a.b"]],
    ],
    [
      { action_ref: ["a.b"], status: ["failed", "running"] },
      [
        ["by_action_status 0|a.b", "by_status 0|running; entry: action_ref"],
        ["by_action 0|a.b; item: status"],
        ["by_status 0|failed; entry: action_ref", "by_status 0|running; entry: action_ref"],
      ],
    ],
    [
      { parent: 1, enforcement: 2 },
      [["by_parent 1; entry: enforcement"], ["by_enforcement 2; entry: parent"]],
    ],
    [
      { pack_name: "a", status: ["failed"], result_contains: "x" },
      [
        ["by_pack 0|a; item: status,result_contains"],
        ["by_status 0|failed; entry: pack_name; item: result_contains"],
      ],
    ],
  ])("%j", (filter, expected) => {
    expect(partitionsOf(filter)).toEqual(expected);
  });

  it("reads a worker's executions by their statuses, whose entries tell the worker", () => {
    const [path, ...others] = partitionsOf({ executor: 7 });
    expect(others).toEqual([]);
    // Each value once: two statuses share one, which is in two pieces.
    expect(path).toHaveLength(9);
    expect(path?.[0]).toBe("by_status 0|unscheduled,1|unscheduled; entry: executor");
  });

  it("are read in every shard", () => {
    const [[reading] = []] = pathsOf({ status: ["failed"] });
    expect(reading?.source.partitions(3)).toEqual(["0|failed", "1|failed", "2|failed"]);
  });

  it("have what is written, in as many shards or more", () => {
    fc.assert(
      fc.property(
        fc.nat(Number.MAX_SAFE_INTEGER),
        fc.constantFrom(...Status.options),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(20),
        (id, status, shards, more) => {
          const { status_key } = statusKeysOf(id, status, shards);
          const [path] = pathsOf({ status: [status] });
          const read = path.flatMap(({ source }) => source.partitions(shards + more));
          expect(read.filter((partition) => partition === status_key)).toHaveLength(1);
        },
      ),
    );
  });

  it("cost by their entries, those of another status beside them as well", () => {
    const countOf = ({ field }: Tally) => (field === "requested" ? 1_000 : 10);
    const [path] = pathsOf({ status: ["scheduling"] });
    expect(costOf(path, countOf)).toBeCloseTo(1_010 / 50);
  });

  it("cost by their entries, and more where each needs its item", () => {
    const countOf = ({ counter }: Tally) => (counter.kind === "all" ? 1_000 : 100);
    const [byPack = [], byStatus = []] = pathsOf({ pack_name: "a", status: ["failed"] });
    expect(costOf(byPack, countOf)).toBeCloseTo(100 * (1 / 100 + 1 / 2));
    expect(costOf(byStatus, countOf)).toBeCloseTo(1_000 / 50);
  });

  it("cost for a page by the entries of each match, and by their partitions", () => {
    const countOf = ({ counter }: Tally) => (counter.kind === "all" ? 1_000 : 100);
    const [, byStatus = []] = pathsOf({ pack_name: "a", status: ["failed"] });
    // Ten rows for each of twenty matches, and as many again, in two shards.
    expect(pageCostOf(byStatus, countOf, { total: 100, shards: 2 })).toBeCloseTo(1 + 400 / 50);
    // It is walked to its end where that is not as far, or there are fewer matches than a page has.
    expect(pageCostOf(byStatus, countOf, { total: 25, shards: 2 })).toBeCloseTo(1 + 1_000 / 50);
    expect(pageCostOf(byStatus, countOf, { total: 0, shards: 2 })).toBeCloseTo(1 + 1_000 / 50);
  });

  it("cost for a page of a group's members that completed its items, and those of what has not ended", () => {
    const counts = new Map<Tally["field"], number>([
      ["created", 200],
      ["completed", 150],
      ["failed", 30],
    ]);
    const countOf = ({ field }: Tally) => counts.get(field) ?? 0;
    const [members = []] = pathsOf({ parent: 7, status: ["completed"] });
    const entries = 200 / 100 + 30 / 50;
    expect(costOf(members, countOf)).toBeCloseTo(entries + 20 / 2);
    expect(pageCostOf(members, countOf, { total: 150, shards: 2 })).toBeCloseTo(
      1 + ((entries + 20 / 2) / 150) * 20 * 2 + 20 / 2,
    );
  });

  it.each<[Filter, string[][]]>([
    [
      { parent: 7, status: ["completed", "failed"] },
      [
        ["by_parent 7; item: status", "by_parent_unsuccessful 7; entry: status"],
        ["by_status 0|completed; entry: parent", "by_status 0|failed; entry: parent"],
      ],
    ],
    [
      { enforcement: 7, status: ["failed"] },
      [
        ["by_enforcement_unsuccessful 7; entry: status"],
        ["by_status 0|failed; entry: enforcement"],
      ],
    ],
    [
      { parent: 7, status: ["failed", "running"] },
      [
        ["by_parent_unsuccessful 7; entry: status", "by_status 0|running; entry: parent"],
        ["by_parent 7; item: status"],
        ["by_status 0|failed; entry: parent", "by_status 0|running; entry: parent"],
      ],
    ],
    [
      { parent: 7, status: ["running"] },
      [["by_parent 7; item: status"], ["by_status 0|running; entry: parent"]],
    ],
  ])("of a group and a status have what was unsuccessful apart: %j", (filter, expected) => {
    expect(partitionsOf(filter)).toEqual(expected);
  });

  it("of a pack and final statuses lead through its actions as well, which leave nothing open", () => {
    const filter: Filter = { pack_name: "a", status: ["failed", "timeout"] };
    const path = pathOfActions(filter, ["a.b", "a.c"]);
    expect(path?.map(({ source }) => [source.index, source.partitions(1), source.known])).toEqual(
      ["a.b", "a.c"].flatMap((action_ref) =>
        ["failed", "timeout"].map((status) => [
          "by_action_status",
          [`0|${action_ref}`],
          { action_ref, status },
        ]),
      ),
    );
    expect(pathOfActions({ ...filter, status: ["failed", "running"] }, ["a.b"])).toBeUndefined();
  });
});

describe("a filter is simplified", () => {
  it.each<[Filter, Filter | undefined]>([
    [{ status: ["failed", "failed"] }, { status: ["failed"] }],
    [{ action_ref: ["a.b", "c.d", "a.b"], pack_name: "a" }, { action_ref: ["a.b"] }],
    [{ action_ref: ["a.b"], pack_name: "c" }, undefined],
    [{ enforcement: 2 ** 60 }, undefined],
    [{ parent: 1.5 }, undefined],
  ])("%j → %j", (filter, simple) => {
    expect(simplify(filter)).toEqual(simple);
  });
});

describe("the total of a filter", () => {
  const text = ({ counter, field }: Tally) =>
    [counter.kind, ...("of" in counter ? [counter.of] : []), field].join(" ");

  it.each<[Filter, string[] | undefined]>([
    [{}, ["all created"]],
    [{ status: ["failed", "running"] }, ["all failed", "all running"]],
    [{ action_ref: ["a.b", "c.d"] }, ["action a.b created", "action c.d created"]],
    [{ pack_name: "a", status: ["running"] }, ["pack a running"]],
    [{ top_level: true, pack_name: "a" }, ["pack a top_level"]],
    [{ enforcement: 7 }, ["enforcement 7 created"]],
    [{ parent: 7, status: ["failed", "timeout"] }, ["parent 7 failed", "parent 7 timeout"]],
    // Nobody counts the statuses that are passed through by enforcement.
    [{ enforcement: 7, status: ["running"] }, undefined],
    [{ top_level: true, status: ["failed", "running"] }, ["all top_failed", "all top_running"]],
    [{ pack_name: "a.b" }, undefined],
    [{ enforcement: 7, action_ref: ["a.b"] }, undefined],
    [{ executor: 7 }, undefined],
    [{ original_execution: 7 }, undefined],
    [{ result_contains: "" }, undefined],
  ])("%j is %j", (filter, expected) => {
    expect(talliesOf(filter)?.map(text)).toEqual(expected);
  });
});
