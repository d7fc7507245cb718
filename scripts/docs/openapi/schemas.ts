/** The schemas of the description: zod's own JSON Schema of those that serve. */
import * as answers from "@attune/domain/answers";
import { ErrorBody } from "@attune/domain/errors";
import { Execution, ExecutionRequest, RetryPolicy, Summary } from "@attune/domain/execution";
import { Status } from "@attune/domain/lifecycle";
import type { Schema } from "@attune/functions/describe/document";
import { HoldBody } from "@attune/functions/http/hold";
import { FinishBody } from "@attune/functions/http/routes/finish-execution";
import * as z from "zod";
import { GatewayError } from "./refusals.ts";

const names = {
  ExecutionAnswer: answers.ExecutionAnswer,
  ListAnswer: answers.ListAnswer,
  StatsAnswer: answers.StatsAnswer,
  HeartbeatAnswer: answers.HeartbeatAnswer,
  ExecutionRequest,
  Hold: HoldBody,
  Finish: FinishBody,
  Execution,
  Summary,
  Pagination: answers.Pagination,
  Stats: answers.StatsNow,
  StatsOverTime: answers.StatsOverTime,
  GroupRow: answers.GroupRow,
  StatusRow: answers.StatusRow,
  RetryPolicy,
  Status,
  Error: ErrorBody,
  GatewayError,
} satisfies Record<string, z.ZodType>;

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(names)) registry.add(schema, { id });

const uri = (id: string) => `#/components/schemas/${id}`;

/**
 * As it is sent: of what comes in, what a parameter or a body holds before it is parsed. What goes out is the
 * same in both directions, and may grow: `input` lets it.
 */
const options = {
  io: "input",
  /** A pattern says at length what a format says; and text that stands for an integer is one. */
  override({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }) {
    if (jsonSchema.format !== undefined || jsonSchema.type === "integer") delete jsonSchema.pattern;
  },
} as const;

/** The keywords that the reference page knows; another one has to be taught to it first. */
const Known: z.ZodType<Schema> = z.lazy(() =>
  z.strictObject({
    $ref: z.string().exactOptional(),
    type: z.union([z.string(), z.array(z.string())]).exactOptional(),
    format: z.string().exactOptional(),
    pattern: z.string().exactOptional(),
    enum: z.array(z.unknown()).exactOptional(),
    const: z.unknown().exactOptional(),
    default: z.unknown().exactOptional(),
    minimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
    minLength: z.number().exactOptional(),
    maxLength: z.number().exactOptional(),
    anyOf: z.array(Known).exactOptional(),
    items: Known.exactOptional(),
    properties: z.record(z.string(), Known).exactOptional(),
    required: z.array(z.string()).exactOptional(),
  }),
);

/** A schema within the document says neither its dialect nor where it is. */
const bare = ({ $schema, $id, ...schema }: z.core.JSONSchema.BaseSchema) => Known.parse(schema);

/** By name. */
export function schemas(): Readonly<Record<string, Schema>> {
  const made = z.toJSONSchema(registry, { ...options, uri }).schemas;
  return Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, bare(schema)]));
}

/** The schema of one value, written out. */
export const schemaOf = (schema: z.ZodType): Schema => bare(z.toJSONSchema(schema, options));

/**
 * Any of some schemas, by their names.
 *
 * @throws Error for one that has none
 */
export function referTo(...some: readonly z.ZodType[]): Schema {
  const anyOf = some.map((schema) => {
    const { id } = registry.get(schema) ?? {};
    if (id === undefined) throw new Error("A schema has no name in the description");
    return { $ref: uri(id) };
  });
  const [only] = anyOf;
  return anyOf.length === 1 && only !== undefined ? only : { anyOf };
}
