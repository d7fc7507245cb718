import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { openSearchOf } from "../../stacks/settings.ts";
import { alarmAddress, identityProvider, readGraph, stages } from "./graph.ts";
import { synthesise } from "./synthesise.ts";

const domain = {
  OPENSEARCH_ENDPOINT: "https://search-executions.eu-west-1.es.amazonaws.com",
  OPENSEARCH_DOMAIN_ARN: "arn:aws:es:eu-west-1:123456789012:domain/executions",
};
const pipelineType = "aws:opensearchingest/pipeline:Pipeline";

const json = <Shape extends z.ZodType>(schema: Shape) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

const Pipeline = z.object({
  pipelineName: z.string().max(28),
  minUnits: z.int(),
  maxUnits: z.int(),
  pipelineConfigurationBody: json(z.record(z.string(), z.unknown())),
});

const Statement = z.object({
  Effect: z.literal("Allow"),
  Action: z.array(z.string()),
  Resource: z.string(),
});
const Role = z.object({
  inlinePolicies: z.tuple([
    z.object({ policy: json(z.object({ Statement: z.array(Statement) })) }),
  ]),
});

describe("a stage with an OpenSearch", () => {
  let graph: ReturnType<typeof readGraph>;
  beforeAll(async () => {
    await synthesise("staging", { ...identityProvider, ...alarmAddress, ...domain });
    graph = readGraph("staging");
  });

  it("copies the executions, whole and then by their stream", () => {
    const pipeline = graph.one(pipelineType, "OpenSearchPipeline", Pipeline);
    const arnOf = (name: string) => graph.resources.find((one) => one.name === name)?.arn;
    const signed = { sts_role_arn: arnOf("OpenSearchPipelineRole"), region: "eu-west-1" };
    const { version, ...pipelines } = pipeline.pipelineConfigurationBody;
    expect(version).toBe("2");
    expect(pipelines).toMatchObject({
      [pipeline.pipelineName]: {
        source: {
          dynamodb: {
            aws: signed,
            tables: [{ table_arn: arnOf("ExecutionsTable"), stream: { start_position: "LATEST" } }],
          },
        },
        sink: [{ opensearch: { hosts: [domain.OPENSEARCH_ENDPOINT], aws: signed } }],
      },
    });
  });

  it("lets its pipeline read one table and its stream, keep exports, and write to one domain", () => {
    const role = graph.resources.find(({ name }) => name === "OpenSearchPipelineRole");
    const [{ policy }] = Role.parse(role?.inputs).inlinePolicies;
    const resources = policy.Statement.map(({ Resource }) => graph.nameOf(Resource));
    expect(new Set(resources)).toEqual(
      new Set([
        "ExecutionsTable",
        "ExecutionsTable/export/*",
        "ExecutionsTable/stream/1",
        "OpenSearchExportBucket/*",
        domain.OPENSEARCH_DOMAIN_ARN,
        `${domain.OPENSEARCH_DOMAIN_ARN}/*`,
      ]),
    );
    const actions = policy.Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /^dynamodb:.*(Put|Update|Delete|\*)/.test(action))).toEqual(
      [],
    );
  });
});

it.each(stages)("%s has none, which was not given one", (stage) => {
  expect(readGraph(stage).all(pipelineType, Pipeline).size).toBe(0);
});

describe("a stage that names an OpenSearch", () => {
  it.each([
    { OPENSEARCH_ENDPOINT: domain.OPENSEARCH_ENDPOINT },
    { OPENSEARCH_DOMAIN_ARN: domain.OPENSEARCH_DOMAIN_ARN },
    { ...domain, OPENSEARCH_ENDPOINT: "http://localhost" },
  ])("by halves is not deployed: %o", (environment) => {
    expect(() => openSearchOf("production", environment)).toThrow(/set both OPENSEARCH_ENDPOINT/);
  });

  it("without point-in-time recovery is not deployed", () => {
    expect(() => openSearchOf("personal", domain)).toThrow(/pointInTimeRecovery: true/);
  });
});
