/** The least that a Lambda which reads a table can be: one GetItem by the SDK. */
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export const handler = async ({ id }: { id: number }) => {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: "Executions", Key: { id: { N: String(id) } } }),
  );
  return { statusCode: Item === undefined ? 404 : 200, body: JSON.stringify(Item) };
};
