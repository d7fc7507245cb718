/** What executions leave behind, in bytes as DynamoDB charges them. */
import { indexKeysOf } from "@attune/store/index-keys";
import { type Index, tables } from "@attune/topology/tables";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { imageOf } from "../scripts/seed/archive.ts";
import { createDerive } from "../scripts/seed/derive.ts";
import { population } from "../scripts/seed/population.ts";
import { HOUR_MS } from "../scripts/seed/rhythm.ts";
import { historyItemOf } from "../scripts/seed/seed.ts";
import { createMemoryDynamoDb } from "../test/fixtures/memory-dynamodb.ts";
import { sizeOf, writeUnits } from "./units.ts";

/** Two or three a second: ledger pages are full, as they are at any higher rate. */
const past = {
  count: 10_000,
  seed: 1,
  since: Date.UTC(2026, 9, 1),
  until: Date.UTC(2026, 9, 1) + HOUR_MS,
};

/** https://aws.amazon.com/dynamodb/pricing/on-demand/: "Data storage" */
const OVERHEAD = 100;

type Item = Readonly<Record<string, unknown>>;

function entryBytes(item: Item, { hashKey, rangeKey, projection = [] }: Index): number {
  const keys = [hashKey, ...(rangeKey === undefined ? [] : [rangeKey])];
  if (keys.some((key) => item[key] === undefined)) return 0;
  const names = new Set([...keys, tables.Executions.primaryIndex.hashKey, ...projection]);
  const entry = Object.entries(item).filter(
    ([name, value]) => names.has(name) && value !== undefined,
  );
  return sizeOf(Object.fromEntries(entry)) + OVERHEAD;
}

const bytesOf = (items: readonly Item[]) =>
  items.reduce<number>((sum, item) => sum + sizeOf(item) + OVERHEAD, 0);

export interface Storage {
  /** Table or index → bytes of one execution, on average. */
  readonly storedBytes: Readonly<Record<string, number>>;
  /** Write units of the search segments, for one execution. */
  readonly segmentUnits: number;
}

/**
 * What executions leave behind. Once a process, since the functions read their
 * environment once, and last: they have a database in memory from here on.
 */
export async function measureStorage(): Promise<Storage> {
  const seeded = [...population(past)];
  const items: Item[] = seeded.map(({ record }) => {
    const attributes = Object.entries({ ...record, ...indexKeysOf(record, 1) });
    return Object.fromEntries(attributes.filter(([, value]) => value !== undefined));
  });
  const database = createMemoryDynamoDb();
  for (const Item of seeded.flatMap(({ texts }) => texts))
    database.apply(new PutCommand({ TableName: "Payloads", Item }));
  const derive = await createDerive(database);
  for (let at = 0; at < items.length; at += 1_000)
    await derive(items.slice(at, at + 1_000).map(imageOf));

  const keys = seeded.map(({ record: { id, idempotency_key } }) => ({ key: idempotency_key, id }));
  const indexes = Object.values<Index>(tables.Executions.globalIndexes);
  const bytes = {
    Executions: bytesOf(items),
    "its indexes": items.reduce<number>(
      (sum, item) => sum + indexes.reduce((ofItem, index) => ofItem + entryBytes(item, index), 0),
      0,
    ),
    Payloads: bytesOf(database.items("Payloads")),
    Idempotency: bytesOf(keys),
    Counters: bytesOf(database.items("Counters")),
    Segments: bytesOf(database.items("Segments")),
    History: bytesOf(seeded.filter(({ history }) => history.length > 0).map(historyItemOf)),
  };
  const chunks = database.items("Segments").map((chunk) => writeUnits(sizeOf(chunk)));
  return {
    storedBytes: Object.fromEntries(
      Object.entries(bytes).map(([table, sum]) => [table, sum / items.length]),
    ),
    segmentUnits: chunks.reduce((sum, units) => sum + units, 0) / items.length,
  };
}
