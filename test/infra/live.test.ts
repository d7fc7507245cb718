import { liveRoutes } from "@attune/topology/live";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { settingsOf } from "../../stacks/settings.ts";
import { componentOf, identityProvider, readGraph, stages } from "./graph.ts";

const Anything = z.looseObject({});
const Routed = z.object({
  apiId: z.string(),
  routeKey: z.string(),
  target: z.string(),
  authorizationType: z.string(),
  authorizerId: z.string().optional(),
});
const Environment = z.object({
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});
const Permission = z.object({ function: z.string(), sourceArn: z.string() });
const functionNameOf = (name: string) => `${componentOf(name)}Function`;

describe.each(stages)("the WebSocket API of %s", (stage) => {
  const graph = readGraph(stage);
  const settings = settingsOf(stage);
  const isSecured = stage === "production";
  const ofLive = <T>(type: string, schema: z.ZodType<T>) =>
    [...graph.all(type, z.unknown())]
      .filter(([name]) => name.startsWith("Live"))
      .map(([, inputs]) => schema.parse(inputs));

  it("has its three routes, and asks whoever connects for a token where the stage does", () => {
    const integrationType = "aws:apigatewayv2/integration:Integration";
    const deployed = ofLive("aws:apigatewayv2/route:Route", Routed).map(({ target, ...route }) => {
      const name = target.replace(/^integrations\/(.*)-id$/, "$1");
      const { integrationUri, ...integration } = graph.one(
        integrationType,
        name,
        z.object({
          apiId: z.string(),
          integrationType: z.string(),
          integrationUri: z.string(),
        }),
      );
      expect(integration).toEqual({ apiId: "LiveApi-id", integrationType: "AWS_PROXY" });
      const [, arn = ""] = /functions\/(.*)\/invocations$/.exec(integrationUri) ?? [];
      return { ...route, function: graph.nameOf(arn) };
    });
    const expected = Object.entries(liveRoutes).map(([routeKey, name]) => ({
      ...{ apiId: "LiveApi-id", routeKey, function: functionNameOf(name) },
      ...(isSecured && routeKey === "$connect"
        ? { authorizationType: "CUSTOM", authorizerId: "LiveAuthorizertokenAuthorizer-id" }
        : { authorizationType: "NONE" }),
    }));
    const byKey = (a: { routeKey: string }, b: { routeKey: string }) =>
      a.routeKey.localeCompare(b.routeKey);
    expect(deployed.toSorted(byKey)).toEqual(expected.toSorted(byKey));
  });

  it("may invoke its function, and its authorizer where it has one", () => {
    const allowed = ofLive("aws:lambda/permission:Permission", Permission).map(
      (one) => `${graph.nameOf(one.function)} ${graph.nameOf(one.sourceArn)}`,
    );
    expect([...new Set(allowed)].toSorted()).toEqual(
      [
        `${functionNameOf("live")} arn:aws:execute-api:eu-west-1:123456789012:LiveApi/*`,
        ...(isSecured
          ? [
              `${functionNameOf("authorize")} arn:aws:execute-api:eu-west-1:123456789012:LiveApi/authorizers/LiveAuthorizertokenAuthorizer-id`,
            ]
          : []),
      ].toSorted(),
    );
  });

  it("tells its authorizer whose tokens are taken", () => {
    const { environment } = graph.one(
      "aws:lambda/function:Function",
      functionNameOf("authorize"),
      Environment,
    );
    const { AUTH_ISSUER, AUTH_AUDIENCE } = environment.variables;
    expect({ AUTH_ISSUER, AUTH_AUDIENCE }).toEqual(
      isSecured ? identityProvider : { AUTH_ISSUER: undefined, AUTH_AUDIENCE: undefined },
    );
  });

  it("looks for a token in the header and in the query, so that it demands neither", () => {
    expect(ofLive("aws:apigatewayv2/authorizer:Authorizer", Anything)).toEqual(
      isSecured
        ? [
            expect.objectContaining({
              ...{ apiId: "LiveApi-id", authorizerType: "REQUEST", identitySources: [] },
            }),
          ]
        : [],
    );
  });

  it("throttles, and keeps its log as the stage says", () => {
    expect(graph.one("aws:apigatewayv2/stage:Stage", "LiveStage", Anything)).toMatchObject({
      name: "$default",
      defaultRouteSettings: {
        throttlingRateLimit: settings.throttle.rate,
        throttlingBurstLimit: settings.throttle.burst,
      },
    });
    const type = "aws:cloudwatch/logGroup:LogGroup";
    expect(graph.one(type, "LiveAccessLog", Anything)).toMatchObject({
      retentionInDays: settings.logRetention,
    });
  });

  it("shows no one but those who speak where to speak", () => {
    const speakers = graph.bundles.filter(({ links }) => links.includes("Live"));
    expect(speakers.map((bundle) => bundle.function).toSorted()).toEqual(
      ["live", "notifier"].map(componentOf).toSorted(),
    );
  });
});
