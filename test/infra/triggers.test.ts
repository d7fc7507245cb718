import {
  type QueueTrigger,
  queueTriggers,
  type ScheduleTrigger,
  type StreamTrigger,
  scheduleTriggers,
  streamTriggers,
} from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { componentOf, type Graph, readGraph, stages } from "./graph.ts";

const mappingType = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** A mapping with names in place of ARNs. */
function mappingSchema({ nameOf }: Graph) {
  const name = z.string().transform(nameOf);
  return z.looseObject({
    eventSourceArn: name,
    functionName: name,
    filterCriteria: z
      .object({ filters: z.array(z.object({ pattern: z.string() })) })
      .transform(({ filters }) => filters.map(({ pattern }): unknown => JSON.parse(pattern)))
      .optional(),
    destinationConfig: z.object({ onFailure: z.object({ destinationArn: name }) }).optional(),
  });
}

const scheduleSchema = z.object({
  scheduleExpression: z.string(),
  state: z.literal("ENABLED"),
  target: z.object({ arn: z.string(), roleArn: z.string() }),
});

describe.each(stages)("triggers of %s", (stage) => {
  const graph = readGraph(stage);
  const mappings = graph.all(mappingType, mappingSchema(graph));

  it("are exactly those of the topology", () => {
    expect([...mappings.keys()].toSorted()).toEqual(
      [...Object.keys(queueTriggers), ...Object.keys(streamTriggers)].toSorted(),
    );
    expect(
      [...graph.all("aws:scheduler/schedule:Schedule", scheduleSchema).keys()].toSorted(),
    ).toEqual(
      Object.keys(scheduleTriggers)
        .map((name) => `${name}Schedule`)
        .toSorted(),
    );
  });

  it.each(Object.entries<QueueTrigger>(queueTriggers))("%s answers in part", (name, trigger) => {
    expect(mappings.get(name)).toEqual({
      eventSourceArn: `${trigger.queue}Queue`,
      functionName: `${componentOf(trigger.function)}Function`,
      batchSize: trigger.batchSize,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it.each(Object.entries<StreamTrigger>(streamTriggers))(
    "%s waits for its window, answers in part, bisects, tries again and keeps what it gave up",
    (name, trigger) => {
      expect(mappings.get(name)).toEqual({
        eventSourceArn: `${trigger.table}Table/stream/1`,
        functionName: `${componentOf(trigger.function)}Function`,
        startingPosition: "TRIM_HORIZON",
        batchSize: trigger.batchSize,
        maximumBatchingWindowInSeconds: trigger.windowSeconds,
        filterCriteria: trigger.filters,
        functionResponseTypes: ["ReportBatchItemFailures"],
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: trigger.maximumRetryAttempts,
        destinationConfig: {
          onFailure: { destinationArn: `${trigger.failures.resource}Queue` },
        },
      });
    },
  );

  it.each(Object.entries<ScheduleTrigger>(scheduleTriggers))("%s runs on time", (name, trigger) => {
    const schedule = graph.one(
      "aws:scheduler/schedule:Schedule",
      `${name}Schedule`,
      scheduleSchema,
    );
    expect(schedule.scheduleExpression).toMatch(`rate(${trigger.everyMinutes} minute`);
    expect(graph.nameOf(schedule.target.arn)).toBe(`${componentOf(trigger.function)}Function`);
  });
});

it("a rate of one is in the singular, as EventBridge has it", () => {
  const { scheduleExpression } = readGraph("personal").one(
    "aws:scheduler/schedule:Schedule",
    "EveryMinuteSweepSchedule",
    scheduleSchema,
  );
  expect(scheduleExpression).toBe("rate(1 minute)");
});
