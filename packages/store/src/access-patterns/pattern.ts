/** What an access pattern is. */
import type { FunctionName } from "@attune/topology/functions";
import type { RouteName } from "@attune/topology/routes";
import type { TableName } from "@attune/topology/tables";
import type {
  BatchGetCommandInput,
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
  UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { TableNames } from "../store.ts";

interface Inputs {
  GetItem: GetCommandInput;
  BatchGetItem: BatchGetCommandInput;
  Query: QueryCommandInput;
  PutItem: PutCommandInput;
  DeleteItem: DeleteCommandInput;
  UpdateItem: UpdateCommandInput & { UpdateExpression: string };
}

export interface AccessPattern<Operation extends keyof Inputs, Given> {
  readonly operation: Operation;
  readonly table: TableName;
  readonly purpose: string;
  /** The routes, and the functions without routes, that make it. */
  readonly serves: readonly (RouteName | FunctionName)[];
  readonly params: (tables: TableNames, given: Given) => Inputs[Operation];
}

/** Checks a definition, and keeps its types. */
export function pattern<Operation extends keyof Inputs, Given>(
  definition: AccessPattern<Operation, Given>,
): AccessPattern<Operation, Given> {
  return definition;
}

/** `#name` for each attribute, so that no reserved word bites. */
export const namesOf = (attributes: readonly string[]) =>
  Object.fromEntries(attributes.map((name) => [`#${name}`, name]));

/** The condition that nobody else has written the item of a `key` since it was read: its first revision is 1. */
export const nextRevision = (revision: number) =>
  revision === 1
    ? {
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": "key" },
      }
    : {
        ConditionExpression: "#revision = :revision",
        ExpressionAttributeNames: { "#revision": "revision" },
        ExpressionAttributeValues: { ":revision": revision - 1 },
      };

/** The placeholders of attributes, as a projection takes them. */
export const placeholdersOf = (attributes: readonly string[]) =>
  attributes.map((name) => `#${name}`).join(", ");
