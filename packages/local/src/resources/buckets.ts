import { createS3, type S3Settings } from "@attune/store/s3";
import { buckets } from "@attune/topology/buckets";

export interface BucketResource {
  readonly name: string;
}

/** S3 takes no capitals. */
const nameOf = (resource: string) => resource.toLowerCase();

/** Creates the buckets of the topology that are missing, by name of resource. Nothing expires in them. */
export async function ensureBuckets(
  settings: S3Settings,
): Promise<ReadonlyMap<string, BucketResource>> {
  const s3 = createS3(settings);
  const ensured = Object.keys(buckets).map(async (resource) => {
    const name = nameOf(resource);
    const found = await s3({ method: "HEAD", bucket: name });
    const { status, text } =
      found.status === 404 ? await s3({ method: "PUT", bucket: name }) : found;
    if (status !== 200) {
      throw new Error(`the S3 server refuses the bucket ${name} with ${status}`, { cause: text });
    }
    return [resource, { name }] as const;
  });
  return new Map(await Promise.all(ensured));
}
