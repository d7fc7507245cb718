import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";

/** Milliseconds between two looks at a stream where nothing is new: what the local stack's triggers have. */
const IDLE_MS = 50;

/**
 * Reads the stream of the table Executions, and does nothing with it: the least that any consumer takes.
 *
 * @param seen is told of each new item when it has been read
 */
export async function startStreamReader(endpoint: string, seen: (id: number) => void) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBStreamsClient({ endpoint, region: "us-east-1", credentials });
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: "Executions" }));
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.at(-1)?.ShardId;
  const from = { StreamArn, ShardId, ShardIteratorType: "LATEST" as const };
  let { ShardIterator } = await client.send(new GetShardIteratorCommand(from));
  const stopping = new AbortController();
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
      ShardIterator = answer.NextShardIterator;
      for (const { eventName, dynamodb } of answer.Records ?? [])
        if (eventName === "INSERT") seen(Number(dynamodb?.Keys?.id?.N));
      if (answer.Records?.length === 0) await sleep(IDLE_MS);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await reading;
      client.destroy();
    },
  };
}
