/** The buckets, as data. `stacks/buckets.ts` deploys them, the local stack creates them. */

export interface Bucket {
  /** Prefix of keys → days after which an object below it is deleted. The rest is kept. */
  readonly expires: Readonly<Record<string, number>>;
  /** Prefix of keys of logs: what is below it goes when the stage's logs go. */
  readonly logs: string;
}

export const buckets = {
  /**
   * `config` and `result` that are too large for a table's item. They are written below `pending/`, and
   * copied to `kept/` once an execution refers to them: what nobody refers to expires. Chunks of logs that are too
   * large for an item are below `logs/`, for as long as the stage keeps logs.
   */
  Blobs: { expires: { "pending/": 7 }, logs: "logs/" },
} as const satisfies Record<string, Bucket>;

export type BucketName = keyof typeof buckets;

/** What a function does with a bucket: action of S3 → what it is allowed on, after the bucket's ARN. */
export const bucketUses = {
  /** Who may not list gets 403 for an object that is not there, in place of 404. */
  read: { ListBucket: "", GetObject: "/*" },
  write: { PutObject: "/pending/*" },
  log: { PutObject: "/logs/*" },
  keep: { ListBucket: "", GetObject: "/*", PutObject: "/kept/*" },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type BucketUse = keyof typeof bucketUses;
