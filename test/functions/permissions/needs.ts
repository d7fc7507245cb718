/** What a request to DynamoDB needs a permission for, as `GetItem Executions`. */
import * as z from "zod";

const Named = z.object({ TableName: z.string() });
const Batch = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const Transaction = z.object({
  TransactItems: z.array(z.object({ Put: Named.optional(), Update: Named.optional() })),
});

/** Command → what it needs a permission for; a transaction needs those of its parts. */
const needs: Readonly<Record<string, (input: object) => string[]>> = {
  GetItemCommand: (input) => [`GetItem ${Named.parse(input).TableName}`],
  QueryCommand: (input) => [`Query ${Named.parse(input).TableName}`],
  PutItemCommand: (input) => [`PutItem ${Named.parse(input).TableName}`],
  DeleteItemCommand: (input) => [`DeleteItem ${Named.parse(input).TableName}`],
  UpdateItemCommand: (input) => [`UpdateItem ${Named.parse(input).TableName}`],
  BatchGetItemCommand: (input) =>
    Object.keys(Batch.parse(input).RequestItems).map((table) => `BatchGetItem ${table}`),
  TransactWriteItemsCommand: (input) =>
    Transaction.parse(input).TransactItems.flatMap(({ Put, Update }) => [
      ...(Put ? [`PutItem ${Put.TableName}`] : []),
      ...(Update ? [`UpdateItem ${Update.TableName}`] : []),
    ]),
};

/** @throws Error for a command that is new here */
export function needsOf(command: string, input: object): string[] {
  const need = needs[command];
  if (need === undefined) throw new Error(`${command} is new here`);
  return need(input);
}
