/** Schemas as HTML: a type in a few words, and the properties of an object. */
import type { Schema } from "./document.ts";
import { code, escapeText, table } from "./html.ts";

export const anchorOf = (name: string) => `schema-${name}`;
const nameOf = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

/** The integers that JSON carries exactly need not be said. */
const isBound = (bound: number | undefined) =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

function boundsOf({ minimum, maximum, minLength, maxLength, ...schema }: Schema): string[] {
  return [
    ...(schema.format === undefined ? [] : [escapeText(schema.format)]),
    ...(isBound(minimum) ? [`from ${minimum}`] : []),
    ...(isBound(maximum) ? [`up to ${maximum}`] : []),
    ...(minLength === undefined ? [] : [`length from ${minLength}`]),
    ...(maxLength === undefined ? [] : [`length up to ${maxLength}`]),
    ...(schema.default === undefined ? [] : [`${code(String(schema.default))} unless given`]),
  ];
}

/** A schema in a few words, as HTML. */
export function typeOf(schema: Schema): string {
  const { $ref, anyOf, items, type } = schema;
  if ($ref !== undefined)
    return `<a href="#${anchorOf(nameOf($ref))}">${escapeText(nameOf($ref))}</a>`;
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.const !== undefined) return code(String(schema.const));
  if (items !== undefined) {
    const { minItems, maxItems } = schema;
    const most = maxItems === undefined ? "" : `, ${minItems ?? 0} to ${maxItems} of them`;
    return `array of ${typeOf(items)}${most}`;
  }
  if (type === undefined) return "any JSON";
  const bounds = boundsOf(schema);
  const name = [type].flat().join(" or ");
  return bounds.length === 0 ? name : `${name} (${bounds.join(", ")})`;
}

const rowsOf = ({ properties = {}, required = [] }: Schema, prefix = ""): string[][] =>
  Object.entries(properties).flatMap(([name, property]) => [
    [code(prefix + name), typeOf(property), required.includes(name) ? "" : "optional"],
    ...objectsIn(property).flatMap((inner) => rowsOf(inner, `${prefix}${name}.`)),
  ]);

/** The objects that are written out in a schema. */
const objectsIn = (schema: Schema): readonly Schema[] =>
  [schema, ...(schema.anyOf ?? [])].filter(({ properties }) => properties !== undefined);

export const section = ([name, schema]: readonly [string, Schema]): string =>
  `<section id="${anchorOf(name)}"><h3>${escapeText(name)}</h3>${
    schema.properties === undefined ? `<p>${typeOf(schema)}</p>` : table(rowsOf(schema))
  }</section>`;
