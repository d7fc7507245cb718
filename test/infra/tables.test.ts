import { type Index, type Table, tables } from "@attune/topology/tables";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readGraph, stages } from "./graph.ts";

const tableSchema = z.looseObject({ name: z.string() });

const attributeTypes = { string: "S", number: "N" };

function globalIndex(name: string, { hashKey, rangeKey, projection }: Index) {
  return {
    name,
    hashKey,
    ...(rangeKey !== undefined && { rangeKey }),
    ...(projection
      ? { projectionType: "INCLUDE", nonKeyAttributes: projection }
      : { projectionType: "KEYS_ONLY" }),
  };
}

describe.each(stages)("tables of %s", (stage) => {
  const graph = readGraph(stage);
  const kept = stage === "production";
  const deployed = graph.all("aws:dynamodb/table:Table", tableSchema);

  it("are those of the topology", () => {
    expect([...deployed.keys()].toSorted()).toEqual(
      Object.keys(tables)
        .map((name) => `${name}Table`)
        .toSorted(),
    );
  });

  it.each(Object.entries<Table>(tables))("%s has its keys, indexes and stream", (name, table) => {
    expect(deployed.get(`${name}Table`)).toEqual({
      name: expect.stringMatching(`^attune-executions-${stage}-${name}Table-[a-z]+$`),
      billingMode: "PAY_PER_REQUEST",
      attributes: Object.entries(table.fields).map(([field, type]) => ({
        name: field,
        type: attributeTypes[type],
      })),
      hashKey: table.primaryIndex.hashKey,
      ...(table.primaryIndex.rangeKey !== undefined && { rangeKey: table.primaryIndex.rangeKey }),
      globalSecondaryIndexes: Object.entries(table.globalIndexes).map(([index, shape]) =>
        globalIndex(index, shape),
      ),
      localSecondaryIndexes: [],
      streamEnabled: table.stream,
      ...(table.stream && { streamViewType: "NEW_AND_OLD_IMAGES" }),
      ...(table.ttl !== undefined && { ttl: { attributeName: table.ttl, enabled: true } }),
      pointInTimeRecovery: { enabled: kept },
      deletionProtectionEnabled: kept,
    });
  });

  it(kept ? "outlive the removal of the stage" : "go with the stage", () => {
    const retained = graph.resources
      .filter(({ type }) => type === "aws:dynamodb/table:Table")
      .map(({ retainOnDelete }) => retainOnDelete);
    expect(new Set(retained)).toEqual(new Set([kept]));
  });
});
