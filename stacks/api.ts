import { type Route, routes } from "../packages/topology/src/routes.ts";
import { corsOf } from "./cors.ts";
import type { Functions } from "./functions.ts";
import type { Auth, Settings } from "./settings.ts";

/**
 * The HTTP API: each route of the topology with the scope it asks for, and one function that answers
 * every other path and method.
 */
export function createApi(settings: Settings, auth: Auth, functions: Functions) {
  const api = new sst.aws.ApiGatewayV2("Http", {
    cors: corsOf(settings),
    transform: {
      logGroup: { retentionInDays: settings.logRetention },
      stage: {
        defaultRouteSettings: {
          throttlingRateLimit: settings.throttle.rate,
          throttlingBurstLimit: settings.throttle.burst,
        },
      },
    },
  });
  const authorize = authorizerOf(api, auth);
  for (const [name, route] of Object.entries<Route>(routes))
    api.route(`${route.method} ${route.path}`, functions[route.function].arn, {
      name,
      ...authorize(route),
    });
  api.route("$default", functions.fallback.arn, { name: "fallback" });
  return api;
}

function authorizerOf(api: sst.aws.ApiGatewayV2, auth: Auth) {
  if (auth === "none") return () => ({});
  const { id: authorizer } = api.addAuthorizer({
    name: "jwt",
    jwt: { issuer: auth.issuer, audiences: [auth.audience] },
  });
  return ({ scope }: Route) =>
    scope === "none" ? {} : { auth: { jwt: { authorizer, scopes: [scope] } } };
}
