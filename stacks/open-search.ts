import type { OpenSearch } from "./settings.ts";
import type { Tables } from "./storage.ts";

/** The pipeline grows from one compute unit, which it is billed for in any case, to so many. */
const MOST_COMPUTE_UNITS = 4;

/**
 * Copies the table Executions, and each change after that, to an index of a domain of OpenSearch Service, for what
 * lists do not do: ranking, fuzzy words, aggregations. First comes an export of the table to a bucket, then its stream:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/configure-client-ddb.html
 *
 * The pipeline is the third reader of the stream, where AWS advises two. Whoever is throttled tries again.
 */
export function createOpenSearchPipeline(
  { endpoint, domainArn }: OpenSearch,
  { Executions: table }: Tables,
): void {
  const bucket = new sst.aws.Bucket("OpenSearchExport", {
    cors: false,
    lifecycle: [{ id: "exports", expiresIn: "7 days" }],
    transform: { bucket: { forceDestroy: true } },
  });
  const role = new aws.iam.Role("OpenSearchPipelineRole", {
    name: `${$app.name}-${$app.stage}-open-search`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({
      Service: "osis-pipelines.amazonaws.com",
    }),
    inlinePolicies: [{ policy: policyOf(table, bucket, domainArn) }],
  });
  new aws.opensearchingest.Pipeline("OpenSearchPipeline", {
    pipelineName: pipelineName(),
    minUnits: 1,
    maxUnits: MOST_COMPUTE_UNITS,
    pipelineConfigurationBody: configurationOf(endpoint, table, bucket, role),
  });
}

/** 28 characters at most. */
const pipelineName = () => `executions-${$app.stage}`.slice(0, 28);

/** What AWS asks for in the page above. */
function policyOf(table: sst.aws.Dynamo, bucket: sst.aws.Bucket, domainArn: string) {
  return $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      allow(
        [
          "dynamodb:DescribeTable",
          "dynamodb:DescribeContinuousBackups",
          "dynamodb:ExportTableToPointInTime",
        ],
        table.arn,
      ),
      allow(["dynamodb:DescribeExport"], $interpolate`${table.arn}/export/*`),
      allow(
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        table.nodes.table.streamArn,
      ),
      allow(
        ["s3:GetObject", "s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
        $interpolate`${bucket.arn}/*`,
      ),
      allow(["es:DescribeDomain"], domainArn),
      allow(["es:ESHttp*"], `${domainArn}/*`),
    ],
  });
}

const allow = (actions: readonly string[], resource: $util.Input<string>) => ({
  Effect: "Allow",
  Action: actions,
  Resource: resource,
});

/** What the pipeline knows of a record. */
const metadata = (name: string) => `\${getMetadata("${name}")}`;

/** As JSON, which is YAML as well. A document is the item; the later change of an execution wins. */
function configurationOf(
  endpoint: string,
  table: sst.aws.Dynamo,
  bucket: sst.aws.Bucket,
  role: aws.iam.Role,
) {
  const region = table.arn.apply((arn) => arn.split(":")[3]);
  const signed = { sts_role_arn: role.arn, region };
  return $jsonStringify({
    version: "2",
    [pipelineName()]: {
      source: {
        dynamodb: {
          acknowledgments: true,
          aws: signed,
          tables: [
            {
              table_arn: table.arn,
              stream: { start_position: "LATEST" },
              export: { s3_bucket: bucket.name, s3_region: region },
            },
          ],
        },
      },
      sink: [
        {
          opensearch: {
            hosts: [endpoint],
            index: "executions",
            document_id: metadata("primary_key"),
            action: metadata("opensearch_action"),
            document_version: metadata("document_version"),
            document_version_type: "external",
            aws: signed,
          },
        },
      ],
    },
  });
}
