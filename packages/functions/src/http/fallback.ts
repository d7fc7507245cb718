/**
 * The Lambda of `$default`: a known path with another method is 405, one with a slash too many is sent on,
 * every other path is 404.
 */
import { routes } from "@attune/topology/routes";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { type Answer, errorAnswer, toGateway } from "./answer.ts";
import { answerErrors } from "./serve.ts";

const patterns = Object.values(routes).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

const methodsAt = (path: string) =>
  patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);

function answer({ rawPath, rawQueryString, requestContext }: APIGatewayProxyEventV2): Answer {
  const allowed = methodsAt(rawPath);
  if (allowed.length > 0) {
    const allow = [...new Set(allowed)].join(", ");
    const error = `${requestContext.http.method} is not allowed at ${rawPath}; allowed: ${allow}`;
    return errorAnswer({ error, status: 405 }, { allow });
  }
  // API Gateway takes `/executions/` for another path than `/executions`.
  const withoutSlash = rawPath.replace(/\/$/, "");
  if (methodsAt(withoutSlash).length > 0) {
    const location = rawQueryString === "" ? withoutSlash : `${withoutSlash}?${rawQueryString}`;
    return { status: 308, body: JSON.stringify({ location }), headers: { location } };
  }
  return errorAnswer({ error: `There is nothing at ${rawPath}`, status: 404 });
}

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(answerErrors)
  .handler(async (event) => toGateway(answer(event)));
