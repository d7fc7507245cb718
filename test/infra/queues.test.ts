import { functions } from "@attune/topology/functions";
import { type Queue, queues } from "@attune/topology/queues";
import { queueTriggers, streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { readGraph, stages } from "./graph.ts";

const fourteenDays = 14 * 24 * 60 * 60;

const redriveSchema = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.number(),
});

const queueSchema = z.object({
  name: z.string(),
  visibilityTimeoutSeconds: z.number(),
  messageRetentionSeconds: z.literal(fourteenDays),
  maxMessageSize: z.literal(1_048_576),
  sqsManagedSseEnabled: z.literal(true),
  fifoQueue: z.literal(false),
  delaySeconds: z.literal(0),
  redrivePolicy: z
    .string()
    .transform((text) => redriveSchema.parse(JSON.parse(text)))
    .optional(),
});

describe.each(stages)("queues of %s", (stage) => {
  const graph = readGraph(stage);
  const deployed = graph.all("aws:sqs/queue:Queue", queueSchema);

  it("are those of the topology, a dead-letter queue each, and the failures of the streams", () => {
    const expected = [
      ...Object.keys(queues).flatMap((key) => [key, `${key}Dlq`]),
      ...Object.values(streamTriggers).map(({ failures }) => failures.resource),
    ];
    expect([...deployed.keys()].toSorted()).toEqual(
      expected.map((key) => `${key}Queue`).toSorted(),
    );
  });

  it.each(Object.entries<Queue>(queues))("%s gives up into its dead-letter queue", (key, queue) => {
    expect(deployed.get(`${key}Queue`)).toMatchObject({
      name: `attune-executions-${stage}-${queue.name}`,
      visibilityTimeoutSeconds: queue.visibilityTimeout,
      redrivePolicy: {
        deadLetterTargetArn: `arn:aws:sqs:eu-west-1:123456789012:attune-executions-${stage}-${queue.name}-dlq`,
        maxReceiveCount: queue.maxReceiveCount,
      },
    });
    const dlq = deployed.get(`${key}DlqQueue`);
    expect(dlq?.name).toBe(`attune-executions-${stage}-${queue.name}-dlq`);
    expect(dlq?.redrivePolicy).toBeUndefined();
    expect(dlq?.visibilityTimeoutSeconds).toBe(60);
  });

  it.each(Object.values(streamTriggers))("$failures.name has its name", ({ failures }) => {
    expect(deployed.get(`${failures.resource}Queue`)?.name).toBe(
      `attune-executions-${stage}-${failures.name}`,
    );
  });

  it.each(Object.values(queueTriggers))(
    "$queue hides a message for six times the timeout of $function",
    (trigger) => {
      expect(
        deployed.get(`${trigger.queue}Queue`)?.visibilityTimeoutSeconds,
      ).toBeGreaterThanOrEqual(6 * functions[trigger.function].timeout);
    },
  );
});
