import {
  type QueueTrigger,
  queueTriggers,
  type ScheduleTrigger,
  type StreamTrigger,
  scheduleTriggers,
  streamTriggers,
} from "../packages/topology/src/triggers.ts";
import type { Functions } from "./functions.ts";
import type { Queues } from "./queues.ts";
import type { Tables } from "./storage.ts";

/**
 * Connects queues, streams and schedules to functions that exist. SST's `subscribe` has no say over
 * a stream's retries, bisecting and failure destination, so the mappings are AWS's own resource.
 */
export function createTriggers(tables: Tables, queues: Queues, functions: Functions): void {
  for (const [name, trigger] of Object.entries<QueueTrigger>(queueTriggers))
    mapQueue(name, trigger, queues, functions);
  for (const [name, trigger] of Object.entries<StreamTrigger>(streamTriggers))
    mapStream(name, trigger, tables, queues, functions);
  for (const [name, trigger] of Object.entries<ScheduleTrigger>(scheduleTriggers))
    schedule(name, trigger, functions);
}

function mapQueue(name: string, trigger: QueueTrigger, queues: Queues, functions: Functions) {
  new aws.lambda.EventSourceMapping(name, {
    eventSourceArn: queues[trigger.queue].arn,
    functionName: functions[trigger.function].arn,
    batchSize: trigger.batchSize,
    functionResponseTypes: ["ReportBatchItemFailures"],
  });
}

function mapStream(
  name: string,
  trigger: StreamTrigger,
  tables: Tables,
  queues: Queues,
  functions: Functions,
) {
  new aws.lambda.EventSourceMapping(name, {
    eventSourceArn: tables[trigger.table].nodes.table.streamArn,
    functionName: functions[trigger.function].arn,
    startingPosition: "TRIM_HORIZON",
    batchSize: trigger.batchSize,
    maximumBatchingWindowInSeconds: trigger.windowSeconds,
    filterCriteria: {
      filters: trigger.filters.map((pattern) => ({ pattern: JSON.stringify(pattern) })),
    },
    functionResponseTypes: ["ReportBatchItemFailures"],
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: trigger.maximumRetryAttempts,
    destinationConfig: {
      onFailure: { destinationArn: queues[trigger.failures.resource].arn },
    },
  });
}

function schedule(name: string, trigger: ScheduleTrigger, functions: Functions) {
  const unit = trigger.everyMinutes === 1 ? "minute" : "minutes";
  new sst.aws.CronV2(name, {
    schedule: `rate(${trigger.everyMinutes} ${unit})`,
    function: functions[trigger.function].arn,
  });
}
