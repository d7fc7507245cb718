/** Counters, and the ledger of what is counted. */
import { namesOf, nextRevision, pattern } from "./pattern.ts";

export const counterPatterns = {
  countersByKeys: pattern({
    operation: "BatchGetItem",
    table: "Counters",
    purpose: "The totals of a list, the stats, and the ledger of what is counted.",
    serves: [
      "listExecutions",
      "listByStatus",
      "listByEnforcement",
      "listChildren",
      "getTree",
      "getStats",
      "counters",
      "recount",
    ],
    params: (tables, { keys, consistent }: { keys: readonly string[]; consistent: boolean }) => ({
      RequestItems: {
        [tables.Counters]: { Keys: keys.map((key) => ({ key })), ConsistentRead: consistent },
      },
    }),
  }),
  addToCounter: pattern({
    operation: "UpdateItem",
    table: "Counters",
    purpose: "One counter's share of a batch, in a transaction with the ledger.",
    serves: ["counters", "recount"],
    params: (
      tables,
      { key, changes }: { key: string; changes: Readonly<Record<string, number>> },
    ) => {
      const fields = Object.keys(changes);
      return {
        TableName: tables.Counters,
        Key: { key },
        UpdateExpression: `ADD ${fields.map((field) => `#${field} :${field}`).join(", ")}`,
        ExpressionAttributeNames: namesOf(fields),
        ExpressionAttributeValues: Object.fromEntries(
          fields.map((field) => [`:${field}`, changes[field]]),
        ),
      };
    },
  }),
  removeFromHead: pattern({
    operation: "UpdateItem",
    table: "Counters",
    purpose:
      "What a head has by time, unless it has changed, in a transaction that adds it to the nodes: the head keeps it by year.",
    serves: ["counters", "recount"],
    params: (
      tables,
      {
        key,
        cells,
        years = {},
      }: {
        key: string;
        cells: Readonly<Record<string, number>>;
        years?: Readonly<Record<string, number>> | undefined;
      },
    ) => {
      const [names, kept] = [Object.keys(cells), Object.keys(years)];
      const clauses = [
        ...(kept.length > 0 ? [`ADD ${kept.map((name) => `#${name} :${name}`).join(", ")}`] : []),
        `REMOVE ${names.map((name) => `#${name}`).join(", ")}`,
      ];
      return {
        TableName: tables.Counters,
        Key: { key },
        UpdateExpression: clauses.join(" "),
        ConditionExpression: names.map((name) => `#${name} = :${name}`).join(" AND "),
        ExpressionAttributeNames: namesOf([...names, ...kept]),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries({ ...cells, ...years }).map(([name, n]) => [`:${name}`, n]),
        ),
      };
    },
  }),
  addToDirectory: pattern({
    operation: "UpdateItem",
    table: "Counters",
    purpose: "The names of actions or packs that are counted for the first time.",
    serves: ["counters", "recount"],
    params: (tables, { key, names }: { key: string; names: ReadonlySet<string> }) => ({
      TableName: tables.Counters,
      Key: { key },
      UpdateExpression: "ADD #names :names",
      ExpressionAttributeNames: { "#names": "names" },
      ExpressionAttributeValues: { ":names": names },
    }),
  }),
  putLedgerPage: pattern({
    operation: "PutItem",
    table: "Counters",
    purpose: "A page of the ledger, unless somebody else wrote it since it was read.",
    serves: ["counters", "recount"],
    params: (
      tables,
      page: {
        key: string;
        entries: Readonly<Record<string, number>>;
        revision: number;
        expires?: number;
      },
    ) => ({
      TableName: tables.Counters,
      Item: page,
      ...nextRevision(page.revision),
    }),
  }),
} as const;
