/**
 * The description of the API, OpenAPI 3.1: from the routes of the topology, the schemas that their endpoints
 * parse with, and what is said of each. See docs/adr/0017-description.md.
 */
import type { Content, Document, Operation, Response } from "@attune/functions/describe/document";
import { endpoints as command } from "@attune/functions/http/command";
import type { Endpoint } from "@attune/functions/http/endpoint";
import { endpoints as inspect } from "@attune/functions/http/inspect";
import { endpoints as query } from "@attune/functions/http/query";
import { endpoints as work } from "@attune/functions/http/work";
import { type Route, routes } from "@attune/topology/routes";
import { type Answered, type DescribedRoute, operations, tags } from "./openapi/operations.ts";
import { parametersOf } from "./openapi/parameters.ts";
import { always, type Refusal, type RefusalStatus, refusals } from "./openapi/refusals.ts";
import { referTo, schemas } from "./openapi/schemas.ts";

const endpoints: Readonly<Record<DescribedRoute, Endpoint>> = {
  ...query,
  ...inspect,
  ...command,
  ...work,
};

const content = (schema: Content[string]["schema"], example: unknown): Content => ({
  "application/json": { schema, example },
});

const text = { type: "string" };
const located = {
  location: { description: "The path of the execution.", schema: { type: "string" } },
};
const retried = {
  "retry-after": { description: "Seconds to wait before the next try.", schema: text },
};

const linked = {
  link: { description: "As text: the pages beside it, `next` and `prev`.", schema: text },
};

const answerOf = ({ says, schema, example, ...answer }: Answered): Response => ({
  description: says,
  ...(answer.located ? { headers: located } : {}),
  ...(answer.text === undefined ? {} : { headers: linked }),
  content: {
    ...content(referTo(schema), example),
    ...(answer.text === undefined ? {} : { "text/plain": { schema: text, example: answer.text } }),
  },
});

const refusalOf = ({ says, schemas, example, ...refusal }: Refusal): Response => ({
  description: says,
  ...(refusal.retried ? { headers: retried } : {}),
  content: content(referTo(...schemas), example),
});

const referToRefusal = (status: RefusalStatus) => ({
  $ref: `#/components/responses/${refusals[status].name}`,
});

function operationOf(name: DescribedRoute): Operation {
  const { tag, summary, description, body, answers, refuses } = operations[name];
  const { takes } = endpoints[name];
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: [{ token: [routes[name].scope] }],
    parameters: parametersOf(takes),
    ...(takes.body === undefined
      ? {}
      : { requestBody: { required: true, content: content(referTo(takes.body), body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]),
      ),
      ...Object.fromEntries(
        [...refuses, ...always].map((status) => [status, referToRefusal(status)]),
      ),
    },
  };
}

/** Path → method → operation, in the order of the routes. */
function pathsOf(): Document["paths"] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const name of Object.keys(operations) as DescribedRoute[]) {
    const { path, method }: Route = routes[name];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(name) };
  }
  return paths;
}

/** What the API is, as it is now. */
export function describeApi(): Document {
  return {
    openapi: "3.1.1",
    info: {
      title: "Attune executions",
      version: "1.0.0",
      description: [
        "An execution is one run of an action: requested by a rule or by hand, handed to a worker, and kept with its config, its result and its status.",
        "Nobody has to poll: changes, results and lines of logs are told as they happen over a WebSocket, which docs/live.md and docs/asyncapi.json of the repository describe.",
        "Every error is a sentence and its status, also at paths that are not here: 404 for one that there is not, 405 with `allow` for another method, 308 for a slash too many. Fields may be added to answers: ignore those that you do not know.",
      ].join("\n\n"),
    },
    servers: [{ url: "/", description: "Where this description comes from." }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(),
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "A token of the stage's issuer, with the scope that the operation names. A stage may ask for none.",
        },
      },
      responses: Object.fromEntries(
        Object.values<Refusal>(refusals).map((refusal) => [refusal.name, refusalOf(refusal)]),
      ),
      schemas,
    },
  };
}
