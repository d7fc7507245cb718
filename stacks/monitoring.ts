import { type Alarm, alarms, tableOperations } from "./alarms.ts";
import type { Functions } from "./functions.ts";
import type { Queues } from "./queues.ts";
import type { AlarmAddress } from "./settings.ts";
import type { Tables } from "./storage.ts";

interface Watched {
  readonly api: sst.aws.ApiGatewayV2;
  readonly live: sst.aws.ApiGatewayWebSocket;
  readonly tables: Tables;
  readonly queues: Queues;
  readonly functions: Functions;
}

/** All alarms, and the topic that tells an address of them. */
export function createAlarms({ protocol, endpoint }: AlarmAddress, watched: Watched): void {
  const topic = new aws.sns.Topic("Alarms", { name: `${$app.name}-${$app.stage}-alarms` });
  new aws.sns.TopicSubscription("AlarmsSubscription", { topic: topic.arn, protocol, endpoint });
  for (const alarm of alarms) createAlarm(alarm, watched, topic);
}

function createAlarm(alarm: Alarm, watched: Watched, topic: aws.sns.Topic) {
  const { kind, name, subject } = alarm;
  const ownNamespace = `${$app.name}-${$app.stage}`;
  if (kind.on === "log") createFilter(alarm, watched.functions[subject], ownNamespace);
  new aws.cloudwatch.MetricAlarm(name, {
    name: `${$app.name}-${$app.stage}-${name}`,
    alarmDescription: `${subject} ${kind.says}. See docs/runbook.md.`,
    comparisonOperator: "GreaterThanThreshold",
    threshold: kind.threshold,
    evaluationPeriods: kind.periods,
    treatMissingData: kind.isExpected ? "breaching" : "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
    ...(kind.on === "table"
      ? { metricQueries: sumOfOperations(alarm, watched.tables[subject]) }
      : {
          namespace: kind.namespace ?? ownNamespace,
          metricName: kind.metric,
          statistic: kind.statistic,
          period: kind.period,
          dimensions: dimensionsOf[kind.on](subject, watched),
        }),
  });
}

const dimensionsOf = {
  queue: (name: string, { queues }: Watched) => ({ QueueName: queues[name].nodes.queue.name }),
  function: (name: string, { functions }: Watched) => ({ FunctionName: functions[name].name }),
  api: (_: string, { api }: Watched) => ({ ApiId: api.nodes.api.id }),
  live: (_: string, { live }: Watched) => ({ ApiId: live.nodes.api.id }),
  log: () => ({}),
};

/** A number in the log of a function, as a metric. */
function createFilter(
  { name, kind }: Alarm,
  { name: functionName }: sst.aws.Function,
  namespace: string,
) {
  new aws.cloudwatch.LogMetricFilter(`${name}Filter`, {
    logGroupName: $interpolate`/aws/lambda/${functionName}`,
    pattern: `{ $.${kind.metric} >= 0 }`,
    metricTransformation: { name: kind.metric, namespace, value: `$.${kind.metric}` },
  });
}

/** DynamoDB counts by operation, and an alarm may not search for them. */
function sumOfOperations({ kind, subject }: Alarm, { name: TableName }: sst.aws.Dynamo) {
  const { namespace, metric: metricName, statistic: stat, period } = kind;
  return [
    { id: "total", expression: "SUM(METRICS())", label: metricName, returnData: true },
    ...tableOperations[subject].map((Operation) => ({
      id: Operation.toLowerCase(),
      metric: { namespace, metricName, stat, period, dimensions: { TableName, Operation } },
    })),
  ];
}
