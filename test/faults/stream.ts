/** The stream of the table Executions, read by hand: what its consumers get, and when, is the test's to say. */
import { eventRecord } from "@attune/local/triggers/stream-event";
import { filterOf } from "@attune/local/triggers/stream-filter";
import { streamTriggers } from "@attune/topology/triggers";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBRecord } from "aws-lambda";

const passes = filterOf(streamTriggers.ExecutionsToCounters.filters);

export async function openStream(endpoint: string, StreamArn: string) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBStreamsClient({ endpoint, region: "us-east-1", credentials });
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const start = new GetShardIteratorCommand({
    ...{ StreamArn, ShardId },
    ShardIteratorType: "TRIM_HORIZON",
  });
  let { ShardIterator } = await client.send(start);
  const seen: DynamoDBRecord[] = [];
  const places = new Map<string, number>();

  return {
    /** The records that this consumer has not had yet, heartbeats left out. */
    async next(consumer: string): Promise<DynamoDBRecord[]> {
      for (;;) {
        const { Records = [], NextShardIterator } = await client.send(
          new GetRecordsCommand({ ShardIterator }),
        );
        ShardIterator = NextShardIterator;
        if (Records.length === 0) break;
        seen.push(...Records.map((record) => eventRecord(record, StreamArn)));
      }
      const fresh = seen.slice(places.get(consumer) ?? 0);
      places.set(consumer, seen.length);
      return fresh.filter(passes);
    },
    close: () => client.destroy(),
  };
}
