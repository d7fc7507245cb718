import { functions, type Lambda } from "@attune/topology/functions";
import {
  deadLetterVisibilityTimeout,
  defaultPool,
  pools,
  type Queue,
  queues,
  retentionSeconds,
} from "@attune/topology/queues";
import { type QueueTrigger, queueTriggers, streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";

describe.each(Object.entries<Queue>(queues))("the queue %s", (_, queue) => {
  it("hides, redelivers and keeps messages within what SQS allows", () => {
    expect(queue.name).toMatch(/^[a-z][a-z-]{0,60}[a-z]$/);
    expect(queue.visibilityTimeout).toBeGreaterThan(0);
    expect(queue.visibilityTimeout).toBeLessThanOrEqual(12 * 3_600);
    expect(queue.maxReceiveCount).toBeGreaterThanOrEqual(2);
    expect(queue.maxReceiveCount).toBeLessThanOrEqual(1_000);
    expect(queue.visibilityTimeout * queue.maxReceiveCount).toBeLessThan(retentionSeconds);
  });
});

describe.each(Object.entries<QueueTrigger>(queueTriggers))("the trigger %s", (_, trigger) => {
  const lambda: Lambda = functions[trigger.function];
  const source = Object.entries<Queue>(queues).find(([key]) => key === trigger.queue)?.[1];

  it("leaves a message hidden for six times its function's timeout", () => {
    const hidden = source?.visibilityTimeout ?? deadLetterVisibilityTimeout;
    expect(hidden).toBeGreaterThanOrEqual(6 * lambda.timeout);
  });

  it("takes batches that need no window", () => {
    expect(trigger.batchSize).toBeGreaterThanOrEqual(1);
    expect(trigger.batchSize).toBeLessThanOrEqual(10);
  });
});

it("has one consumer a queue", () => {
  const consumed = Object.values(queueTriggers).map(({ queue }) => queue);
  expect(new Set(consumed).size).toBe(consumed.length);
});

it("gives each pool a queue of its own, that no function consumes", () => {
  const ofPools = Object.values(pools);
  expect(ofPools.filter((queue) => !(queue in queues))).toEqual([]);
  expect(new Set(ofPools).size).toBe(ofPools.length);
  const consumed: readonly string[] = Object.values(queueTriggers).map(({ queue }) => queue);
  expect(ofPools.filter((queue) => consumed.includes(queue))).toEqual([]);
  expect(pools[defaultPool]).toBe("ExecutionScheduled");
});

it("gives every queue a name of its own, dead letters and failures included", () => {
  const names = [
    ...Object.values(queues).flatMap(({ name }) => [name, `${name}-dlq`]),
    ...Object.values(streamTriggers).map(({ failures }) => failures.name),
  ];
  expect(new Set(names).size).toBe(names.length);
  const resources = [
    ...Object.keys(queues).flatMap((key) => [key, `${key}Dlq`]),
    ...Object.values(streamTriggers).map(({ failures }) => failures.resource),
  ];
  expect(new Set(resources).size).toBe(resources.length);
});

it("keeps what the contract names", () => {
  expect(Object.values(queues).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["execution-requests", "execution-scheduled", "execution-events"]),
  );
});
