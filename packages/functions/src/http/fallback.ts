/** The Lambda of `$default`: a known path with another method is 405, every other path 404. */
import { routes } from "@attune/topology/routes";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { errorAnswer, toGateway } from "./answer.ts";
import { answerErrors } from "./serve.ts";

const patterns = Object.values(routes).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
}));

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(answerErrors)
  .handler(async ({ rawPath, requestContext }) => {
    const { method } = requestContext.http;
    const allowed = new Set(
      patterns.filter(({ pattern }) => pattern.test(rawPath)).map((route) => route.method),
    );
    if (allowed.size === 0 || allowed.has(method as "GET" | "POST")) {
      return toGateway(errorAnswer({ error: `There is nothing at ${rawPath}`, status: 404 }));
    }
    const allow = [...allowed].join(", ");
    const error = `${method} is not allowed at ${rawPath}; allowed: ${allow}`;
    return toGateway(errorAnswer({ error, status: 405 }, { allow }));
  });
