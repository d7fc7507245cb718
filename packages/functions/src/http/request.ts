/** Reading an API Gateway event, and parsing what a client sent, once, at the edge. */
import { explain, ServiceError } from "@attune/domain/errors";
import type { JsonText } from "@attune/domain/json-text";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type * as z from "zod/mini";

/**
 * The query parameters, decoded; those of `several` as lists. API Gateway's own `queryStringParameters` joins
 * equal names with a comma, which a value may hold as well, so the raw string is read.
 *
 * @throws ServiceError 400 for another parameter of `known` that is given twice
 */
export function queryOf(
  event: APIGatewayProxyEventV2,
  known: readonly string[],
  several: readonly string[] = [],
): Record<string, string | string[] | undefined> {
  const given = new URLSearchParams(event.rawQueryString);
  const givenAs = (name: string) => {
    const values = given.getAll(name);
    const [value, ...more] = values;
    if (several.includes(name)) return values.length > 0 ? values : undefined;
    if (more.length > 0) throw new ServiceError(400, `${name} is given more than once`);
    return value;
  };
  return Object.fromEntries(known.map((name) => [name, givenAs(name)]));
}

const JSON_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;

/**
 * The text of a JSON body, which is known to parse, and its value.
 *
 * @throws ServiceError 415 for another content type, 400 for what is no JSON
 */
export function bodyOf(event: APIGatewayProxyEventV2): { text: JsonText; value: unknown } {
  const type = event.headers["content-type"];
  if (type !== undefined && !JSON_TYPE.test(type)) {
    throw new ServiceError(415, `The request body must be application/json, not ${type}`);
  }
  const body = event.body ?? "";
  try {
    const text = event.isBase64Encoded
      ? new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(body, "base64"))
      : body;
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw new ServiceError(400, "The request body is not valid JSON", { cause });
  }
}

/** @throws ServiceError 400 with the schema's own sentences: parameters name themselves */
export function parseParams<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const sentence = parsed.error.issues.map(({ message }) => message).join("; ");
  throw new ServiceError(400, sentence, { cause: parsed.error });
}

/** @throws ServiceError 400 that says where the body is wrong, with `details` */
export function parseBody<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError(400, `The request body is not valid: ${explain(parsed.error)}`, {
    cause: parsed.error,
    details: parsed.error.issues.map(({ path, message }) => ({ path, message })),
  });
}
