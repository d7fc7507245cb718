import { type Index, type Table, tables } from "../packages/topology/src/tables.ts";
import type { Settings } from "./settings.ts";

/** By the table's name in the topology. */
export type Tables = Readonly<Record<string, sst.aws.Dynamo>>;

export function createTables(settings: Settings): Tables {
  return Object.fromEntries(
    Object.entries<Table>(tables).map(([name, table]) => [
      name,
      createTable(name, table, settings),
    ]),
  );
}

function createTable(name: string, table: Table, settings: Settings) {
  return new sst.aws.Dynamo(name, {
    fields: table.fields,
    primaryIndex: table.primaryIndex,
    globalIndexes: Object.fromEntries(
      Object.entries(table.globalIndexes).map(([index, shape]) => [index, globalIndex(shape)]),
    ),
    stream: table.stream ? "new-and-old-images" : undefined,
    ttl: table.ttl,
    deletionProtection: settings.keepData,
    transform: {
      table: { pointInTimeRecovery: { enabled: settings.pointInTimeRecovery } },
    },
  });
}

function globalIndex({ hashKey, rangeKey, projection }: Index) {
  return {
    hashKey,
    ...(rangeKey && { rangeKey }),
    projection: projection ? [...projection] : ("keys-only" as const),
  };
}
