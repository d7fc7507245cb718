import { type Bucket, buckets } from "../packages/topology/src/buckets.ts";
import type { Settings } from "./settings.ts";

/** By the bucket's name in the topology. */
export type Buckets = Readonly<Record<string, sst.aws.Bucket>>;

export function createBuckets(settings: Settings): Buckets {
  return Object.fromEntries(
    Object.entries<Bucket>(buckets).map(([name, bucket]) => [
      name,
      createBucket(name, bucket, settings),
    ]),
  );
}

/** Private, and reached by TLS alone: what SST ships. */
function createBucket(name: string, { expires, logs }: Bucket, settings: Settings) {
  const { logDays } = settings;
  const days = { ...expires, ...(logDays === undefined ? {} : { [logs]: logDays }) };
  const bucket = new sst.aws.Bucket(name, {
    cors: false,
    lifecycle: Object.entries(days).map(([prefix, expiresIn]) => ({
      id: prefix,
      prefix,
      expiresIn: `${expiresIn} days` as const,
    })),
    transform: { bucket: { forceDestroy: !settings.keepData } },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(`${name}Encryption`, {
    bucket: bucket.name,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  return bucket;
}
