import { type Index, type Table, tables } from "@attune/topology/tables";
import { streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";

const keysOf = ({ hashKey, rangeKey }: Index) =>
  rangeKey === undefined ? [hashKey] : [hashKey, rangeKey];

describe.each(Object.entries<Table>(tables))("the table %s", (name, table) => {
  const { fields, primaryIndex, globalIndexes } = table;
  const indexes = Object.values(globalIndexes);

  it("declares the key attributes of its indexes, and no others", () => {
    const used = [primaryIndex, ...indexes].flatMap(keysOf);
    expect(Object.keys(fields).toSorted()).toEqual([...new Set(used)].toSorted());
  });

  it("projects into an index no attribute that is there already", () => {
    for (const index of indexes) {
      const there = [...keysOf(primaryIndex), ...keysOf(index)];
      const projection = index.projection ?? [];
      expect(projection.filter((attribute) => there.includes(attribute))).toEqual([]);
      expect(new Set(projection).size).toBe(projection.length);
    }
  });

  it("has twenty indexes at most, each another way in", () => {
    expect(indexes.length).toBeLessThanOrEqual(20);
    const ways = indexes.map((index) => keysOf(index).join(" "));
    expect(new Set(ways).size).toBe(ways.length);
  });

  it("has a stream where a trigger follows it, and two followers at most", () => {
    const followers = Object.values(streamTriggers).filter((trigger) => trigger.table === name);
    expect(table.stream).toBe(followers.length > 0);
    // A shard takes two readers: more are throttled.
    expect(followers.length).toBeLessThanOrEqual(2);
  });

  it("expires by an attribute that is no key", () => {
    expect(Object.keys(fields)).not.toContain(table.ttl);
  });
});

it("lists executions in the order of their creation on every index", () => {
  const { by_action_status, ...indexes } = tables.Executions.globalIndexes;
  // The id under another name as well, which the unsuccessful alone have.
  expect(new Set(Object.values<Index>(indexes).map(({ rangeKey }) => rangeKey))).toEqual(
    new Set(["id", "unsuccessful"]),
  );
  expect(tables.Executions.fields.unsuccessful).toBe("number");
  // Those of one status, the id in the text of the key.
  expect(by_action_status.rangeKey).toBe("final_key");
  expect(tables.Executions.fields.id).toBe("number");
});

it("carries into one index alone what a change of status rewrites, and what is final into others", () => {
  const changing = [
    ...["status_key", "status", "updated", "owner"],
    ...["version", "attempt", "executor", "result"],
  ];
  const rewritten = Object.entries<Index>(tables.Executions.globalIndexes).filter(([, index]) =>
    [...keysOf(index), ...(index.projection ?? [])].some((one) => changing.includes(one)),
  );
  // Sparse: an execution is not in it before it is final.
  expect(rewritten.map(([name]) => name)).toEqual([
    "by_status",
    "by_action_status",
    "by_enforcement_unsuccessful",
    "by_parent_unsuccessful",
  ]);
});
