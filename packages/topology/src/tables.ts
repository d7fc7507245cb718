/**
 * The tables and their indexes, as data. `stacks/storage.ts` deploys them, the local stack creates them,
 * `packages/store` queries them.
 *
 * Every index holds keys and facts that never change, so that a change of status rewrites one index
 * entry (`by_status`) and no other; the end of an execution adds one to `by_action_status`, and one that is not
 * completed is added to those of its enforcement and its parent. The partition keys that end in `_key` are
 * sharded (packages/store/src/index-keys.ts). See docs/adr/0002-indexes.md.
 */

export interface Index {
  readonly hashKey: string;
  readonly rangeKey?: string;
  /** Attributes beside the keys of the index and of the table. */
  readonly projection?: readonly string[];
}

export interface Table {
  /** Key attributes of the table and of its indexes, and no others: DynamoDB refuses the rest. */
  readonly fields: Readonly<Record<string, "string" | "number">>;
  readonly primaryIndex: Index;
  readonly globalIndexes: Readonly<Record<string, Index>>;
  /** `true`: a stream with new and old images. */
  readonly stream: boolean;
  /** The attribute that holds the second of expiry. */
  readonly ttl?: string;
}

export const tables = {
  Executions: {
    fields: {
      id: "number",
      feed_key: "string",
      status_key: "string",
      action_key: "string",
      final_key: "string",
      pack_key: "string",
      enforcement: "number",
      parent: "number",
      original_execution: "number",
      unsuccessful: "number",
    },
    primaryIndex: { hashKey: "id" },
    globalIndexes: {
      by_feed: {
        hashKey: "feed_key",
        rangeKey: "id",
        projection: ["action_ref", "enforcement", "parent"],
      },
      /** The status as well: two have one partition key (packages/store/src/index-keys.ts). */
      by_status: {
        hashKey: "status_key",
        rangeKey: "id",
        projection: ["status", "action_ref", "enforcement", "parent", "executor", "updated"],
      },
      by_action: { hashKey: "action_key", rangeKey: "id", projection: ["enforcement", "parent"] },
      /** Final executions alone: their sort key is the status, then the id. */
      by_action_status: {
        hashKey: "action_key",
        rangeKey: "final_key",
        projection: ["enforcement", "parent", "executor", "updated"],
      },
      by_pack: {
        hashKey: "pack_key",
        rangeKey: "id",
        projection: ["action_ref", "enforcement", "parent"],
      },
      by_enforcement: {
        hashKey: "enforcement",
        rangeKey: "id",
        projection: ["action_ref", "parent"],
      },
      by_parent: { hashKey: "parent", rangeKey: "id", projection: ["action_ref", "enforcement"] },
      /** Those alone that ended otherwise than completed: their sort key is the id as well. */
      by_enforcement_unsuccessful: {
        hashKey: "enforcement",
        rangeKey: "unsuccessful",
        projection: ["status", "action_ref", "parent", "executor", "updated"],
      },
      by_parent_unsuccessful: {
        hashKey: "parent",
        rangeKey: "unsuccessful",
        projection: ["status", "action_ref", "enforcement", "executor", "updated"],
      },
      /** New tries alone. */
      by_original: {
        hashKey: "original_execution",
        rangeKey: "id",
        projection: ["action_ref", "enforcement", "parent"],
      },
    },
    stream: true,
  },
  /** `config` and `result` that are too large to ride in the execution's own item. */
  Payloads: {
    fields: { key: "string" },
    primaryIndex: { hashKey: "key" },
    globalIndexes: {},
    stream: false,
  },
  /** Idempotency key → execution id. */
  Idempotency: {
    fields: { key: "string" },
    primaryIndex: { hashKey: "key" },
    globalIndexes: {},
    stream: false,
  },
  /** Counters, and the ledger that makes counting exactly-once. */
  Counters: {
    fields: { key: "string" },
    primaryIndex: { hashKey: "key" },
    globalIndexes: {},
    stream: false,
    ttl: "expires",
  },
  /** The changes that an execution's own item does not tell of: see docs/adr/0018-history.md. */
  History: {
    fields: { id: "number" },
    primaryIndex: { hashKey: "id" },
    globalIndexes: {},
    stream: false,
  },
  /** What is searched for in results: packed, see docs/adr/0013-search-segments.md. */
  Segments: {
    fields: { partition: "string", chunk: "string" },
    primaryIndex: { hashKey: "partition", rangeKey: "chunk" },
    globalIndexes: {},
    stream: false,
  },
  /** What actions say while they run, in chunks: see docs/adr/0019-logs.md. */
  Logs: {
    fields: { execution: "number", seq: "number" },
    primaryIndex: { hashKey: "execution", rangeKey: "seq" },
    globalIndexes: {},
    stream: true,
    ttl: "expires",
  },
  /**
   * What live subscribers are told: the changes of executions and of their logs, numbered without a gap in the lane
   * `live`, and two marks beside it. See docs/adr/0020-live.md.
   */
  LiveLog: {
    fields: { lane: "string", seq: "number" },
    primaryIndex: { hashKey: "lane", rangeKey: "seq" },
    globalIndexes: {},
    stream: true,
    ttl: "expires",
  },
  /** Who is told of what, by the most selective field of its filter. */
  Subscriptions: {
    fields: { kind: "string", key: "string" },
    primaryIndex: { hashKey: "kind", rangeKey: "key" },
    globalIndexes: {},
    stream: false,
    ttl: "expires",
  },
  /** The open WebSockets, and what each has subscribed to. */
  Connections: {
    fields: { connection: "string" },
    primaryIndex: { hashKey: "connection" },
    globalIndexes: {},
    stream: false,
    ttl: "expires",
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof tables;
export type IndexName = keyof (typeof tables)["Executions"]["globalIndexes"];
