/** An endpoint: what a route takes, as zod schemas, and what it does with it. */
import { type JsonText, memberTexts } from "@attune/domain/json-text";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as z from "zod/mini";
import type { Answer } from "./answer.ts";
import { bodyOf, parseBody, parseParams, queryOf } from "./request.ts";

/** What an endpoint takes from a request. */
export interface Takes {
  readonly path: Shape;
  readonly query: Shape;
  readonly body?: z.ZodMiniType;
}

export interface Endpoint {
  readonly takes: Takes;
  /** Answers its route; throws for `serve` to answer with the contract's error. */
  readonly answer: (event: APIGatewayProxyEventV2) => Promise<Answer>;
}

type Shape = Readonly<Record<string, z.ZodMiniType>>;
type Parsed<S extends Shape> = z.infer<z.ZodMiniObject<S>>;

/**
 * A route that takes its path and query. Query parameters that are not in `query` are ignored; those of
 * `several` may be given more than once, and their schemas parse lists.
 */
export function endpoint<Path extends Shape, Query extends Shape>(
  schemas: {
    readonly path: Path;
    readonly query: Query;
    readonly several?: readonly (keyof Query & string)[];
  },
  run: (
    path: Parsed<Path>,
    query: Parsed<Query>,
    headers: APIGatewayProxyEventV2["headers"],
  ) => Promise<Answer>,
): Endpoint {
  const path = z.object(schemas.path);
  const query = z.object(schemas.query);
  const names = Object.keys(schemas.query);
  return {
    takes: { path: schemas.path, query: schemas.query },
    answer: async (event) =>
      run(
        parseParams(path, event.pathParameters ?? {}),
        parseParams(query, queryOf(event, names, schemas.several)),
        event.headers,
      ),
  };
}

/** A route that takes its path and a JSON body. `texts` holds the body's members as they came, for what is kept to the letter. */
export function bodyEndpoint<Path extends Shape, Body>(
  schemas: { readonly path: Path; readonly body: z.ZodMiniType<Body> },
  run: (path: Parsed<Path>, body: Body, texts: ReadonlyMap<string, JsonText>) => Promise<Answer>,
): Endpoint {
  const path = z.object(schemas.path);
  return {
    takes: { path: schemas.path, query: {}, body: schemas.body },
    answer: async (event) => {
      const inPath = parseParams(path, event.pathParameters ?? {});
      const { text, value } = bodyOf(event);
      const body = parseBody(schemas.body, value);
      return run(inPath, body, memberTexts(text));
    },
  };
}
