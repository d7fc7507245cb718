import { functions, type Lambda } from "@attune/topology/functions";
import { limits } from "@attune/topology/limits";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { settingsOf } from "../../stacks/settings.ts";
import { componentOf, readGraph, type Stage, stages } from "./graph.ts";

const functionSchema = z.object({
  name: z.string(),
  runtime: z.string(),
  architectures: z.array(z.string()),
  timeout: z.number(),
  memorySize: z.number(),
  loggingConfig: z.object({ logFormat: z.string(), logGroup: z.string() }),
  vpcConfig: z.unknown().optional(),
});

const environmentSchema = z.object({
  environment: z.object({ variables: z.record(z.string(), z.string()) }),
});

describe.each(stages)("functions of %s", (stage) => {
  const graph = readGraph(stage);
  const deployed = graph.all("aws:lambda/function:Function", functionSchema);

  it("are exactly those of the topology", () => {
    expect([...deployed.keys()].toSorted()).toEqual(
      Object.keys(functions)
        .map((name) => `${componentOf(name)}Function`)
        .toSorted(),
    );
  });

  it.each(Object.entries<Lambda>(functions))("%s runs as the topology says", (name, lambda) => {
    const physicalName = `attune-executions-${stage}-${name}`;
    expect(deployed.get(`${componentOf(name)}Function`)).toEqual({
      name: physicalName,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      timeout: lambda.timeout,
      memorySize: lambda.memory,
      loggingConfig: { logFormat: "JSON", logGroup: `/aws/lambda/${physicalName}` },
    });
  });

  it.each(Object.entries<Lambda>(functions))("%s is linked to what it calls", (name, lambda) => {
    const build = graph.bundles.find((bundle) => bundle.function === componentOf(name));
    expect(build?.handler).toBe(lambda.handler);
    expect(build?.links.toSorted()).toEqual(
      [lambda.tables, lambda.queues, lambda.buckets]
        .flatMap(Object.keys)
        .concat(lambda.secrets ?? [])
        .concat(lambda.speaks ? ["Live"] : [])
        .toSorted(),
    );
  });

  it("those that write logs are told when they go, where they do", () => {
    const told = [
      ...graph.all("aws:lambda/function:Function", environmentSchema.partial()).entries(),
    ].flatMap(([name, { environment }]) => {
      const days = environment?.variables.LOG_DAYS;
      return days === undefined ? [] : [[name, days]];
    });
    const { logDays } = settingsOf(stage);
    expect(told).toEqual(
      logDays === undefined ? [] : [[`${componentOf("work")}Function`, String(logDays)]],
    );
  });

  it.each(Object.entries<Lambda>(functions))("%s is told its limits", (name, lambda) => {
    const { environment } = graph.one(
      "aws:lambda/function:Function",
      `${componentOf(name)}Function`,
      environmentSchema,
    );
    const ofStage = { ...limits, ...settingsOf(stage).limits };
    const told = Object.entries(environment.variables).filter(([key]) => key in limits);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries((lambda.limits ?? []).map((key) => [key, String(ofStage[key])])),
    );
  });

  it.each(Object.entries<Lambda>(functions))(
    "%s is told the shards of its tables",
    (name, lambda) => {
      const { environment } = graph.one(
        "aws:lambda/function:Function",
        `${componentOf(name)}Function`,
        environmentSchema,
      );
      const expected =
        Object.keys(lambda.tables).length > 0 ? String(settingsOf(stage).shards) : undefined;
      expect(environment.variables.SHARDS).toBe(expected);
    },
  );

  it.each(Object.keys(functions))("the logs of %s are kept as long as the stage says", (name) => {
    expect(
      graph.one("aws:cloudwatch/logGroup:LogGroup", `${componentOf(name)}Logs`, z.looseObject({})),
    ).toEqual({
      name: `/aws/lambda/attune-executions-${stage}-${name}`,
      retentionInDays: settingsOf(stage).logRetention,
    });
  });
});

it("a limit of a stage goes before the topology's", () => {
  const variablesOf = (stage: Stage) =>
    readGraph(stage).one("aws:lambda/function:Function", "SweepHandlerFunction", environmentSchema)
      .environment.variables;
  expect(variablesOf("personal").QUEUE_SECONDS).toBe("86400");
  expect(variablesOf("production").QUEUE_SECONDS).toBe(String(limits.QUEUE_SECONDS));
});

describe.each(readGraph("production").bundles)("bundle of $function", ({ bundled }) => {
  it("is no larger than 500 kB", () => {
    expect(bundled?.bytes).toBeGreaterThan(0);
    expect(bundled?.bytes).toBeLessThanOrEqual(500_000);
  });

  it("holds all that it needs to load", () => {
    expect(bundled?.missing).toEqual([]);
  });
});

it("the bundle of the lists is no larger than 385 kB", () => {
  const query = readGraph("production").bundles.find(
    ({ handler }) => handler === functions.query.handler,
  );
  expect(query?.bundled?.bytes).toBeLessThanOrEqual(385_000);
});
