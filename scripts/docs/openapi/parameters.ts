/** The parameters of an endpoint: its own schemas, and what each means. */
import type { Parameter } from "@attune/functions/describe/document";
import type { Takes } from "@attune/functions/http/endpoint";
import { schemaOf } from "../schemas.ts";

const meanings: Readonly<Record<string, string>> = {
  id: "The execution.",
  enforcement_id: "The enforcement.",
  status: "Its status; in a query any of several, between commas or given once each.",
  action_ref: "The action, exactly, or any of several, given once each.",
  pack_name: "Actions whose reference starts with it and a dot.",
  result_contains:
    "A part of the result's JSON text, keys included, in any case; `%` and `_` mean themselves.",
  enforcement: "The enforcement that asked for it.",
  parent: "The execution that asked for it.",
  executor: "The worker that ran it.",
  original_execution: "New tries of this one.",
  top_level: "Executions without a parent.",
  created_after:
    "From this time on: a time with its offset, or a day, which begins at midnight UTC.",
  created_before: "Before this time.",
  sort: "Newest first, or oldest first.",
  page: "The page, from 1; the first unless given.",
  per_page: "The size of a page: 20 unless given; above 100 it is 100.",
  cursor: "A `next_cursor` or `prev_cursor`, with the same filters and sort, in place of `page`.",
  cascade: "Whether what is unfinished below it is cancelled as well: not unless given.",
  depth: "Levels below the execution: 3 unless given; above 10 it is 10.",
  limit:
    "So many at most: executions of a tree, above 1,000 it is 1,000; lines of a log, above 10,000 it is 10,000.",
  since:
    "From this time on; from the beginning unless given, or with `interval` the latest intervals that an answer may have.",
  until: "Before this time; until now unless given.",
  interval: "Each of these by itself.",
  group_by: "Each of these by itself.",
  after: "Lines after this one; 0 is the beginning.",
  before: "The last lines before this one.",
  last: "So many lines from the end.",
  stream: "Lines of this stream alone.",
  format: "`text` is plain text: the lines alone.",
};

function parametersIn(place: "path" | "query", shape: Takes["path"]): Parameter[] {
  return Object.entries(shape).map(([name, schema]) => {
    const description = meanings[name];
    if (description === undefined) throw new Error(`Nothing is said of the parameter ${name}`);
    return {
      name,
      in: place,
      required: place === "path",
      description,
      schema: schemaOf(schema),
    };
  });
}

/** @throws Error for a parameter that nothing is said of */
export const parametersOf = ({ path, query }: Takes): Parameter[] => [
  ...parametersIn("path", path),
  ...parametersIn("query", query),
];
