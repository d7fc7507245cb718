import type {
  DynamoDBStreamsClient,
  Shard,
  _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { LocalFunction } from "../invoke.ts";
import { log } from "../log.ts";
import { backoff, pause } from "../retry.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type Delivery, deliver } from "./stream-batch.ts";
import { eventRecord, sequenceOf } from "./stream-event.ts";
import { failureRecord } from "./stream-failure.ts";
import { filterOf } from "./stream-filter.ts";
import { startLoop, type Trigger } from "./trigger.ts";

export interface StreamSource {
  readonly client: DynamoDBStreamsClient;
  readonly sqs: SQSClient;
  readonly name: string;
  readonly streamArn: string;
  readonly batchSize: number;
  /** How long records wait for more, up to a batch. */
  readonly windowSeconds: number;
  /** A record that matches none of these patterns wakes nobody; without any, each does. */
  readonly filters: readonly object[];
  readonly maximumRetryAttempts: number;
  /** The queue that keeps the places of the records that were given up. */
  readonly failuresUrl: string;
  readonly checkpoint: Checkpoint;
  readonly target: LocalFunction;
}

/** Milliseconds between two looks at a shard without new records, and at the list of shards. */
const idle = { records: 50, shards: 1_000 };

/** Invokes the function with the changes of a table, in order, as Lambda's mapping of a stream does. */
export function startStreamTrigger(source: StreamSource): Trigger {
  const passes = filterOf(source.filters);
  return startLoop(async (signal) => {
    const following = new Map<string, Promise<void>>();
    await untilAborted(source.name, signal, async () => {
      for (const shard of await listShards(source)) {
        const { ShardId: id, ParentShardId: parent } = shard;
        if (id === undefined || following.has(id)) continue;
        // A child has the changes that came after its parent's.
        const before = parent === undefined ? undefined : following.get(parent);
        following.set(
          id,
          (before ?? Promise.resolve()).then(() => follow(source, passes, id, signal)),
        );
      }
      await pause(idle.shards, signal);
    });
    await Promise.all(following.values());
  });
}

async function listShards({ client, streamArn }: StreamSource): Promise<Shard[]> {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const { StreamDescription: page } = await client.send(
      new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(last !== undefined && { ExclusiveStartShardId: last }),
      }),
    );
    shards.push(...(page?.Shards ?? []));
    last = page?.LastEvaluatedShardId;
  } while (last !== undefined);
  return shards;
}

/** Delivers the records of a shard until it has no more of them, or `signal` aborts. */
async function follow(
  source: StreamSource,
  passes: (event: unknown) => boolean,
  shard: string,
  signal: AbortSignal,
): Promise<void> {
  const delivery = deliveryOf(source, shard);
  let iterator: string | undefined;
  let ended = false;
  await untilAborted(source.name, signal, async () => {
    iterator ??= await openIterator(source, shard);
    // After a failure the place is the checkpoint's, not the old iterator's.
    const current = iterator;
    iterator = undefined;
    const { records, next } = await gather(source, current, signal);
    const wanted = records.filter((record) => passes(eventRecord(record, source.streamArn)));
    await deliver(delivery, wanted, signal);
    const last = records.at(-1);
    // Past what was filtered out; where the delivery was cut short, its own place is the right one.
    if (last !== undefined && last !== wanted.at(-1) && !signal.aborted) delivery.done(last);
    iterator = next;
    ended = next === undefined;
    if (records.length === 0 && !ended) await pause(idle.records, signal);
    return ended;
  });
}

/** The next records: as many as a batch takes, or those that came within the window of the first. */
async function gather(source: StreamSource, first: string | undefined, signal: AbortSignal) {
  const records: StreamRecord[] = [];
  let next = first;
  let closes = Number.POSITIVE_INFINITY;
  do {
    if (records.length > 0) await pause(idle.records, signal);
    const Limit = source.batchSize - records.length;
    const answer = await source.client.send(new GetRecordsCommand({ ShardIterator: next, Limit }), {
      abortSignal: signal,
    });
    if (records.length === 0) closes = Date.now() + source.windowSeconds * 1_000;
    records.push(...(answer.Records ?? []));
    next = answer.NextShardIterator;
  } while (
    records.length > 0 &&
    records.length < source.batchSize &&
    next !== undefined &&
    Date.now() < closes &&
    !signal.aborted
  );
  return { records, next };
}

async function openIterator({ client, streamArn, checkpoint }: StreamSource, shard: string) {
  const after = checkpoint.after(shard);
  const place = { StreamArn: streamArn, ShardId: shard };
  const oldest = new GetShardIteratorCommand({ ...place, ShardIteratorType: "TRIM_HORIZON" });
  if (after === undefined) return (await client.send(oldest)).ShardIterator;
  const next = new GetShardIteratorCommand({
    ...place,
    ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
    SequenceNumber: after,
  });
  const answer = await client.send(next).catch((error: unknown) => {
    if (error instanceof TrimmedDataAccessException) return client.send(oldest);
    throw error;
  });
  return answer.ShardIterator;
}

function deliveryOf(source: StreamSource, shardId: string): Delivery {
  const { name, streamArn, maximumRetryAttempts, target, checkpoint } = source;
  return {
    name,
    streamArn,
    maximumRetryAttempts,
    target,
    done: (record) => checkpoint.advance(shardId, sequenceOf(record)),
    async giveUp(records, invocations) {
      const failure = failureRecord({
        records,
        streamArn,
        shardId,
        invocations,
        functionArn: target.arn,
      });
      await source.sqs.send(
        new SendMessageCommand({
          QueueUrl: source.failuresUrl,
          MessageBody: JSON.stringify(failure),
        }),
      );
    },
  };
}

/** Repeats `step` until it answers `true` or `signal` aborts; waits longer and longer while it fails. */
async function untilAborted(
  name: string,
  signal: AbortSignal,
  step: () => Promise<unknown>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      if ((await step()) === true) return;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures === 1) log(`${name} does not get its records`, error);
      await pause(backoff(failures), signal);
    }
  }
}
