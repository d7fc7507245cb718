import { functions } from "@attune/topology/functions";
import { queues } from "@attune/topology/queues";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { alarmKinds, alarms, tableOperations } from "../../stacks/alarms.ts";
import { alarmAddress, readGraph } from "./graph.ts";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

const graph = readGraph("production");
const deployed = graph.all(alarmType, z.looseObject({}));
const physicalNames = new Map(
  graph.resources.map(({ name, inputs }) => [name, z.looseObject({}).parse(inputs).name]),
);

/** What CloudWatch knows the subject of an alarm by. */
const dimensionsOf = {
  queue: (subject: string) => ({ QueueName: physicalNames.get(`${subject}Queue`) }),
  function: (subject: string) => ({ FunctionName: `attune-executions-production-${subject}` }),
  api: (subject: string) => ({ ApiId: `${subject}Api-id` }),
  live: (subject: string) => ({ ApiId: `${subject}Api-id` }),
  log: () => ({}),
};

describe("the alarms of production", () => {
  it("are those of the table, each on what is deployed, and tell the topic", () => {
    expect([...deployed.keys()].toSorted()).toEqual(alarms.map(({ name }) => name).toSorted());
  });

  it.each(alarms.filter(({ kind }) => kind.on !== "table"))("$name", ({ name, subject, kind }) => {
    const dimensions = kind.on === "table" ? {} : dimensionsOf[kind.on](subject);
    expect(Object.values(dimensions)).toEqual(kind.on === "log" ? [] : [expect.any(String)]);
    expect(deployed.get(name)).toEqual({
      name: `attune-executions-production-${name}`,
      alarmDescription: `${subject} ${kind.says}. See docs/runbook.md.`,
      comparisonOperator: "GreaterThanThreshold",
      namespace: kind.namespace ?? "attune-executions-production",
      metricName: kind.metric,
      statistic: kind.statistic,
      period: kind.period,
      evaluationPeriods: kind.periods,
      threshold: kind.threshold,
      dimensions,
      treatMissingData: kind.isExpected ? "breaching" : "notBreaching",
      alarmActions: ["arn:aws:mock:eu-west-1:123456789012:Alarms"],
      okActions: ["arn:aws:mock:eu-west-1:123456789012:Alarms"],
    });
  });

  it.each(alarms.filter(({ kind }) => kind.on === "table"))("$name", ({ name, subject, kind }) => {
    const operations = tableOperations[subject] ?? [];
    // Ten metrics an alarm, says CloudWatch.
    expect(operations.length).toBeLessThanOrEqual(10);
    expect(operations.length).toBeGreaterThan(0);
    const TableName = physicalNames.get(`${subject}Table`);
    expect(TableName).toEqual(expect.any(String));
    expect(deployed.get(name)?.metricQueries).toEqual([
      { id: "total", expression: "SUM(METRICS())", label: kind.metric, returnData: true },
      ...operations.map((Operation) => ({
        id: Operation.toLowerCase(),
        metric: {
          namespace: kind.namespace,
          metricName: kind.metric,
          stat: kind.statistic,
          period: kind.period,
          dimensions: { TableName, Operation },
        },
      })),
    ]);
  });

  it("watch every dead-letter queue, every function and every stream", () => {
    const subjectsOf = (kind: keyof typeof alarmKinds) => alarmKinds[kind].subjects.toSorted();
    expect(subjectsOf("NotEmpty")).toEqual([
      "CountersFailures",
      "EventsFailures",
      "ExecutionEventsDlq",
      "ExecutionRequestsDlq",
      "LogLinesFailures",
      "NotifierFailures",
    ]);
    // It has a consumer: a message in it is no news, one that stays is.
    expect(subjectsOf("OldMessages")).toEqual([
      "ExecutionRequests",
      "ExecutionScheduled",
      "ExecutionScheduledDlq",
    ]);
    const watched = [...subjectsOf("NotEmpty"), ...subjectsOf("OldMessages")];
    for (const queue of Object.keys(queues)) expect(watched).toContain(`${queue}Dlq`);
    expect(subjectsOf("Lag")).toEqual(["counters", "events", "logLines", "notifier"]);
    expect(subjectsOf("Errors")).toEqual(Object.keys(functions).toSorted());
    expect(subjectsOf("Throttles")).toEqual(Object.keys(functions).toSorted());
  });

  it("read the drift in the log of the recount", () => {
    const filters = graph.all("aws:cloudwatch/logMetricFilter:LogMetricFilter", z.looseObject({}));
    expect(Object.fromEntries(filters)).toEqual({
      RecountDriftFilter: {
        logGroupName: "/aws/lambda/attune-executions-production-recount",
        pattern: "{ $.drift >= 0 }",
        metricTransformation: {
          name: "drift",
          namespace: "attune-executions-production",
          value: "$.drift",
        },
      },
    });
  });

  it("tell the address that the stage was given", () => {
    const topic = graph.one("aws:sns/topic:Topic", "Alarms", z.object({ name: z.string() }));
    expect(topic.name).toBe("attune-executions-production-alarms");
    expect(
      graph.one(
        "aws:sns/topicSubscription:TopicSubscription",
        "AlarmsSubscription",
        z.looseObject({}),
      ),
    ).toEqual({
      topic: "arn:aws:mock:eu-west-1:123456789012:Alarms",
      protocol: "email",
      endpoint: alarmAddress.ALARM_ADDRESS,
    });
  });
});

it("a personal stage has no alarms, and no topic", () => {
  const { all } = readGraph("personal");
  expect(all(alarmType, z.looseObject({})).size).toBe(0);
  expect(all("aws:sns/topic:Topic", z.looseObject({})).size).toBe(0);
});
