import { type Route, routes } from "@attune/topology/routes";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { settingsOf } from "../../stacks/settings.ts";
import { componentOf, readGraph, stages } from "./graph.ts";

const routeSchema = z.object({
  apiId: z.literal("HttpApi-id"),
  routeKey: z.string(),
  target: z.string(),
  authorizationType: z.enum(["JWT", "NONE"]),
  authorizerId: z.string().optional(),
  authorizationScopes: z.array(z.string()).optional(),
});

const integrationSchema = z.object({
  apiId: z.literal("HttpApi-id"),
  integrationType: z.literal("AWS_PROXY"),
  payloadFormatVersion: z.literal("2.0"),
  integrationUri: z.string(),
});

const permissionSchema = z.object({
  action: z.literal("lambda:InvokeFunction"),
  principal: z.literal("apigateway.amazonaws.com"),
  sourceArn: z.literal("arn:aws:execute-api:eu-west-1:123456789012:HttpApi/*"),
  function: z.string(),
});

const stageSchema = z.object({
  name: z.literal("$default"),
  accessLogSettings: z.object({ destinationArn: z.string() }),
  defaultRouteSettings: z.object({
    throttlingRateLimit: z.number(),
    throttlingBurstLimit: z.number(),
  }),
});

const functionNameOf = (name: string) => `${componentOf(name)}Function`;

const byRouteKey = (a: { routeKey: string }, b: { routeKey: string }) =>
  a.routeKey < b.routeKey ? -1 : 1;

describe.each(stages)("HTTP API of %s", (stage) => {
  const graph = readGraph(stage);
  const settings = settingsOf(stage);

  function functionOf(target: string) {
    const name = target.replace(/^integrations\/(.*)-id$/, "$1");
    const type = "aws:apigatewayv2/integration:Integration";
    return graph.nameOf(graph.one(type, name, integrationSchema).integrationUri);
  }

  it("has the routes of the topology and one for the rest, each with its function and scope", () => {
    const secured = stage === "production";
    const expected = Object.values<Route>(routes).map((route) => ({
      routeKey: `${route.method} ${route.path}`,
      function: functionNameOf(route.function),
      ...(secured && route.scope !== "none"
        ? {
            authorizationType: "JWT",
            authorizerId: "HttpAuthorizerJwtAuthorizer-id",
            authorizationScopes: [route.scope],
          }
        : { authorizationType: "NONE" }),
    }));
    const rest = {
      routeKey: "$default",
      function: functionNameOf("fallback"),
      authorizationType: "NONE",
    };
    const deployed = graph.all("aws:apigatewayv2/route:Route", routeSchema).values();
    expect(
      [...deployed]
        .map(({ apiId, target, ...route }) => ({
          ...route,
          function: functionOf(target),
        }))
        .toSorted(byRouteKey),
    ).toEqual([...expected, rest].toSorted(byRouteKey));
  });

  it("may invoke the functions of its routes, and nothing else may", () => {
    const permissions = graph.all("aws:lambda/permission:Permission", permissionSchema).values();
    expect(
      new Set([...permissions].map((permission) => graph.nameOf(permission.function))),
    ).toEqual(
      new Set(["query", "inspect", "command", "work", "describe", "fallback"].map(functionNameOf)),
    );
  });

  it("logs each access for as long as the stage keeps logs", () => {
    const { accessLogSettings } = graph.one(
      "aws:apigatewayv2/stage:Stage",
      "HttpStage",
      stageSchema,
    );
    const { retentionInDays } = graph.one(
      "aws:cloudwatch/logGroup:LogGroup",
      "HttpAccessLog",
      z.object({ retentionInDays: z.number() }),
    );
    expect(graph.nameOf(accessLogSettings.destinationArn)).toBe("HttpAccessLog");
    expect(retentionInDays).toBe(settings.logRetention);
  });

  it("throttles", () => {
    expect(
      graph.one("aws:apigatewayv2/stage:Stage", "HttpStage", stageSchema).defaultRouteSettings,
    ).toEqual({
      throttlingRateLimit: settings.throttle.rate,
      throttlingBurstLimit: settings.throttle.burst,
    });
  });

  it("lets no page of another origin call it", () => {
    const api = graph.one(
      "aws:apigatewayv2/api:Api",
      "HttpApi",
      z.object({ protocolType: z.literal("HTTP"), corsConfiguration: z.unknown() }),
    );
    expect(api.corsConfiguration).toEqual({});
  });
});

describe("authorizer", () => {
  const type = "aws:apigatewayv2/authorizer:Authorizer";

  it("takes the tokens of production's issuer for its audience, and no others", () => {
    expect([...readGraph("production").all(type, z.looseObject({})).values()]).toEqual([
      expect.objectContaining({
        apiId: "HttpApi-id",
        authorizerType: "JWT",
        identitySources: ["$request.header.Authorization"],
        jwtConfiguration: { issuer: "https://identity.example.com/", audiences: ["executions"] },
      }),
    ]);
  });

  it("is not there where a stage says none", () => {
    expect(readGraph("personal").all(type, z.looseObject({})).size).toBe(0);
  });
});
