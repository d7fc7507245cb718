/** The histories of executions. */
import { type Entry, nameOf } from "../history/entry.ts";
import { namesOf, pattern } from "./pattern.ts";

export const historyPatterns = {
  historyById: pattern({
    operation: "GetItem",
    table: "History",
    purpose: "The changes of one execution, but for the first and the last.",
    serves: ["getHistory"],
    params: (tables, { id }: { id: number }) => ({ TableName: tables.History, Key: { id } }),
  }),
  addToHistory: pattern({
    operation: "UpdateItem",
    table: "History",
    purpose: "Changes of one execution, each an attribute of its own.",
    serves: ["counters"],
    params: (tables, given: { id: number; entries: ReadonlyMap<number, Entry> }) => {
      const entries = [...given.entries].map(
        ([version, entry]) => [nameOf(version), entry] as const,
      );
      const names = entries.map(([name]) => name);
      return {
        TableName: tables.History,
        Key: { id: given.id },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
        ExpressionAttributeNames: namesOf(names),
        ExpressionAttributeValues: Object.fromEntries(
          entries.map(([name, entry]) => [`:${name}`, entry]),
        ),
      };
    },
  }),
} as const;
