/** The Lambda of some routes: dispatches on the route, and answers every error as the contract says. */
import { type RouteName, routes } from "@attune/topology/routes";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { logger } from "../logger.ts";
import { errorAnswer, toGateway } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { explainFailure } from "./failure.ts";

/** The middleware of every route: an error becomes the contract's, and is logged where it is ours. */
export const answerErrors: middy.MiddlewareObj<
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2
> = {
  onError: (request) => {
    const body = explainFailure(request.error);
    if (body.status >= 500) {
      logger.error(body.error, { error: request.error, route: request.event.routeKey });
    }
    request.response = toGateway(errorAnswer(body));
  },
};

/**
 * @param endpoints an endpoint for each route of the function: one that is missing does not compile
 */
export function serve<Name extends RouteName>(endpoints: Readonly<Record<Name, Endpoint>>) {
  const names = Object.keys(endpoints) as Name[];
  const byKey = new Map(
    names.map((name) => [`${routes[name].method} ${routes[name].path}`, endpoints[name]]),
  );
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .use(answerErrors)
    .handler(async (event) => {
      const endpoint = byKey.get(event.routeKey);
      if (endpoint === undefined) throw new Error(`No endpoint for ${event.routeKey}`);
      return toGateway(await endpoint.answer(event));
    });
}
