import { clientConfig } from "@attune/local/clients";
import { ensureResources, take } from "@attune/local/resources";
import { tableInput } from "@attune/local/resources/tables";
import { queues } from "@attune/topology/queues";
import { tables } from "@attune/topology/tables";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engines, startEngines } from "../fixtures/engines.ts";

let engines: Engines;
beforeEach(async () => {
  engines = await startEngines();
});
afterEach(() => engines.stop());

describe("the resources", () => {
  it("are the topology's, however often they are made", async () => {
    await ensureResources(engines);
    const made = await ensureResources(engines);
    const client = new DynamoDBClient(clientConfig(engines.dynamodb));

    expect([...made.tables.keys()]).toEqual(Object.keys(tables));
    for (const [name, table] of Object.entries(tables)) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      const indexes = (Table?.GlobalSecondaryIndexes ?? []).map((index) => index.IndexName);
      expect(indexes.toSorted()).toEqual(Object.keys(table.globalIndexes).toSorted());
      expect(take(made.tables, name).streamArn !== undefined).toBe(table.stream);
    }
  });

  it("have the topology's queues with their dead-letter queues", async () => {
    const made = await ensureResources(engines);
    const client = new SQSClient({ ...clientConfig(engines.sqs), useQueueUrlAsEndpoint: false });

    for (const [resource, queue] of Object.entries(queues)) {
      const { url } = take(made.queues, resource);
      expect(url).toBe(`${engines.sqs}/000000000000/${queue.name}`);
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      expect(Attributes.VisibilityTimeout).toBe(String(queue.visibilityTimeout));
      expect(JSON.parse(Attributes.RedrivePolicy ?? "{}")).toEqual({
        deadLetterTargetArn: take(made.queues, `${resource}Dlq`).arn,
        maxReceiveCount: queue.maxReceiveCount,
      });
    }
  });

  it("are refused, with the remedy, when a table has other indexes", async () => {
    const client = new DynamoDBClient(clientConfig(engines.dynamodb));
    const { by_feed: _, ...globalIndexes } = tables.Executions.globalIndexes;
    const { feed_key: __, ...fields } = tables.Executions.fields;
    const other = { ...tables.Executions, fields, globalIndexes };
    await client.send(new CreateTableCommand(tableInput("Executions", other)));

    await expect(ensureResources(engines)).rejects.toThrow(/table Executions.*DATA_DIR/);
  });
});
