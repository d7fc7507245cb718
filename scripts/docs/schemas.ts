/** Schemas of descriptions: zod's own JSON Schema of those that serve. */
import type { Schema } from "@attune/functions/describe/document";
import * as z from "zod";

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
    minItems: z.number().exactOptional(),
    maxItems: z.number().exactOptional(),
    anyOf: z.array(Known).exactOptional(),
    items: Known.exactOptional(),
    properties: z.record(z.string(), Known).exactOptional(),
    required: z.array(z.string()).exactOptional(),
    propertyNames: Known.exactOptional(),
    additionalProperties: z.union([Known, z.boolean()]).exactOptional(),
  }),
);

/** A schema within the document says neither its dialect nor where it is. */
const bare = ({ $schema, $id, ...schema }: z.core.JSONSchema.BaseSchema) => Known.parse(schema);

/** The schema of one value, written out. */
export const schemaOf = (schema: z.core.$ZodType): Schema => bare(z.toJSONSchema(schema, options));

/** Schemas that a document has under their names. */
export interface NamedSchemas {
  readonly schemas: Readonly<Record<string, Schema>>;
  /**
   * Any of some schemas, by their names.
   *
   * @throws Error for one that has none
   */
  referTo(...some: readonly z.core.$ZodType[]): Schema;
}

/** @param target the dialect, which the document's own standard asks for */
export function nameSchemas(
  names: Readonly<Record<string, z.core.$ZodType>>,
  target: "draft-2020-12" | "draft-07" = "draft-2020-12",
): NamedSchemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(names)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const made = z.toJSONSchema(registry, { ...options, target, uri }).schemas;
  return {
    schemas: Object.fromEntries(Object.entries(made).map(([id, schema]) => [id, bare(schema)])),
    referTo(...some) {
      const anyOf = some.map((schema) => {
        const { id } = registry.get(schema) ?? {};
        if (id === undefined) throw new Error("A schema has no name in the description");
        return { $ref: uri(id) };
      });
      const [only] = anyOf;
      return anyOf.length === 1 && only !== undefined ? only : { anyOf };
    },
  };
}
