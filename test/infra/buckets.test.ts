import { type Bucket, buckets } from "@attune/topology/buckets";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { settingsOf } from "../../stacks/settings.ts";
import { readGraph, stages } from "./graph.ts";

const anything = z.looseObject({});
const bucketType = "aws:s3/bucket:Bucket";
const policySchema = z.object({
  policy: z.string().transform((text) => anything.parse(JSON.parse(text))),
});

describe.each(stages)("buckets of %s", (stage) => {
  const graph = readGraph(stage);
  const kept = stage === "production";
  const of = <T>(kind: string, name: string, schema: z.ZodType<T>) =>
    graph.one(`aws:s3/bucket${kind}:Bucket${kind}`, name, schema);

  it("are those of the topology", () => {
    expect([...graph.all(bucketType, anything).keys()]).toEqual(
      Object.keys(buckets).map((name) => `${name}Bucket`),
    );
  });

  it(kept ? "outlive the removal of the stage" : "go with the stage", () => {
    for (const { inputs, retainOnDelete } of graph.resources.filter((r) => r.type === bucketType)) {
      expect(inputs.forceDestroy).toBe(!kept);
      expect(retainOnDelete).toBe(kept);
    }
  });

  describe.each(Object.entries<Bucket>(buckets))("%s", (name, bucket) => {
    const { bucket: physicalName } = graph.one(
      bucketType,
      `${name}Bucket`,
      z.object({ bucket: z.string() }),
    );

    it("deletes what the topology says expires, logs when the stage's go, and nothing else", () => {
      const { logDays } = settingsOf(stage);
      const expires = {
        ...bucket.expires,
        ...(logDays === undefined ? {} : { [bucket.logs]: logDays }),
      };
      expect(of("LifecycleConfiguration", `${name}Lifecycle`, anything)).toEqual({
        bucket: physicalName,
        rules: Object.entries(expires).map(([prefix, days]) => ({
          id: prefix,
          filter: { prefix },
          expiration: { days },
          status: "Enabled",
        })),
      });
    });

    it("is closed to the public", () => {
      expect(of("PublicAccessBlock", `${name}PublicAccessBlock`, anything)).toEqual({
        bucket: physicalName,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(graph.all("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration", anything)).toEqual(
        new Map(),
      );
    });

    it("grants nothing by its policy, and refuses whoever comes without TLS", () => {
      const { arn } = graph.resources.find((one) => one.name === `${name}Bucket`) ?? {};
      expect(of("Policy", `${name}Policy`, policySchema).policy).toEqual({
        statements: [
          {
            effect: "Deny",
            principals: [{ type: "*", identifiers: ["*"] }],
            actions: ["s3:*"],
            resources: [arn, `${arn}/*`],
            conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
          },
        ],
      });
    });

    it("is encrypted", () => {
      expect(of("ServerSideEncryptionConfiguration", `${name}Encryption`, anything)).toEqual({
        bucket: physicalName,
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
      });
    });
  });
});
