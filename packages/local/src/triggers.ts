import { join } from "node:path";
import {
  type QueueTrigger,
  queueTriggers,
  type ScheduleTrigger,
  type StreamTrigger,
  scheduleTriggers,
  streamTriggers,
} from "@attune/topology/triggers";
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { LocalFunction } from "./invoke.ts";
import { type Resources, take } from "./resources.ts";
import { type Checkpoint, openCheckpoint } from "./triggers/checkpoint.ts";
import { startQueueTrigger } from "./triggers/queue.ts";
import { startScheduleTrigger } from "./triggers/schedule.ts";
import { startStreamTrigger } from "./triggers/stream.ts";
import type { Trigger } from "./triggers/trigger.ts";

/** The stream that a trigger follows, and how far it is. */
export interface OpenStream {
  readonly table: string;
  readonly streamArn: string;
  readonly checkpoint: Checkpoint;
}

/** Opens the checkpoint of each stream trigger of the topology; by the trigger's name. */
export function openStreams(
  dataDir: string,
  resources: Resources,
): ReadonlyMap<string, OpenStream> {
  return new Map(
    Object.entries<StreamTrigger>(streamTriggers).map(([name, trigger]) => {
      const { name: table, streamArn } = take(resources.tables, trigger.table);
      if (streamArn === undefined) throw new Error(`table ${table} has no stream`);
      const file = join(dataDir, "checkpoints", `${name}.json`);
      return [name, { table, streamArn, checkpoint: openCheckpoint(file, streamArn) }];
    }),
  );
}

/** The sequence number up to which every trigger is done, of the tables where all have begun. */
export function consumedStreams(
  streams: ReadonlyMap<string, OpenStream>,
): ReadonlyMap<string, bigint> {
  const consumed = new Map<string, bigint>();
  for (const { table, checkpoint } of streams.values()) {
    const until = checkpoint.consumed() ?? 0n;
    const others = consumed.get(table);
    consumed.set(table, others !== undefined && others < until ? others : until);
  }
  return consumed;
}

export interface Sources {
  readonly resources: Resources;
  readonly streams: ReadonlyMap<string, OpenStream>;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly clients: { readonly sqs: SQSClient; readonly streams: DynamoDBStreamsClient };
}

/** Starts every trigger of the topology. */
export function startTriggers({ resources, streams, functions, clients }: Sources): Trigger {
  const triggers = [
    ...Object.values<QueueTrigger>(queueTriggers).map((trigger) =>
      startQueueTrigger({
        client: clients.sqs,
        queue: take(resources.queues, trigger.queue),
        batchSize: trigger.batchSize,
        target: take(functions, trigger.function),
      }),
    ),
    ...Object.entries<StreamTrigger>(streamTriggers).map(([name, trigger]) =>
      startStreamTrigger({
        client: clients.streams,
        sqs: clients.sqs,
        name,
        ...take(streams, name),
        batchSize: trigger.batchSize,
        windowSeconds: trigger.windowSeconds,
        filters: trigger.filters,
        maximumRetryAttempts: trigger.maximumRetryAttempts,
        failuresUrl: take(resources.queues, trigger.failures.resource).url,
        target: take(functions, trigger.function),
      }),
    ),
    ...Object.entries<ScheduleTrigger>(scheduleTriggers).map(([name, trigger]) =>
      startScheduleTrigger({
        name,
        everyMinutes: trigger.everyMinutes,
        target: take(functions, trigger.function),
      }),
    ),
  ];
  return { stop: async () => void (await Promise.all(triggers.map((trigger) => trigger.stop()))) };
}
