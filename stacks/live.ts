import { liveAuthorizer, liveRoutes } from "../packages/topology/src/live.ts";
import type { Functions } from "./functions.ts";
import type { Auth, Settings } from "./settings.ts";

export type Live = sst.aws.ApiGatewayWebSocket;

/** The WebSocket API. Its routes come later: the functions that serve it have to know it to speak to its clients. */
export function createLive(settings: Settings): Live {
  return new sst.aws.ApiGatewayWebSocket("Live", {
    transform: {
      accessLog: { retentionInDays: settings.logRetention },
      stage: {
        defaultRouteSettings: {
          throttlingRateLimit: settings.throttle.rate,
          throttlingBurstLimit: settings.throttle.burst,
        },
      },
      // Whatever a message says, it goes to `$default`.
      api: { routeSelectionExpression: "$request.body.type" },
    },
  });
}

/** Connects the routes to their functions. Whoever connects is asked for a token, and not with each message again. */
export function routeLive(live: Live, auth: Auth, functions: Functions): void {
  const authorized = authorizerOf(live, auth, functions);
  for (const [route, name] of Object.entries(liveRoutes))
    live.route(route, functions[name].arn, route === "$connect" ? authorized : {});
}

function authorizerOf(live: Live, auth: Auth, functions: Functions) {
  if (auth === "none") return {};
  const { id } = live.addAuthorizer("token", {
    // No identity source: a token is in the header or, of a browser, in the query.
    lambda: { function: functions[liveAuthorizer].arn, identitySources: [] },
  });
  return { auth: { lambda: id } };
}
