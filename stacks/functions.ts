import { unusedCredentialSources } from "../packages/topology/src/bundles.ts";
import { functions, type Lambda } from "../packages/topology/src/functions.ts";
import { limits } from "../packages/topology/src/limits.ts";
import type { Buckets } from "./buckets.ts";
import type { Live } from "./live.ts";
import { permissionsOf } from "./permissions.ts";
import type { Queues } from "./queues.ts";
import type { Secrets } from "./secrets.ts";
import type { Auth, Settings } from "./settings.ts";
import type { Tables } from "./storage.ts";

/** By the function's name in the topology. */
export type Functions = Readonly<Record<string, sst.aws.Function>>;

/** What functions are linked to, and may do something with. */
export interface Linked {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly buckets: Buckets;
  readonly secrets: Secrets;
  readonly live: Live;
}

/** One Lambda for each function of the topology, whatever number of routes and triggers it has. */
export function createFunctions(settings: Settings, auth: Auth, linked: Linked): Functions {
  return Object.fromEntries(
    Object.entries<Lambda>(functions).map(([name, lambda]) => [
      name,
      createFunction(name, lambda, settings, auth, linked),
    ]),
  );
}

function createFunction(
  name: string,
  lambda: Lambda,
  settings: Settings,
  auth: Auth,
  linked: Linked,
) {
  const { tables, queues, buckets, secrets, live } = linked;
  // The table Counters and the function counters cannot both be a component `Counters`.
  const component = `${name[0].toUpperCase()}${name.slice(1)}Handler`;
  const physicalName = `${$app.name}-${$app.stage}-${name}`;
  const logs = new aws.cloudwatch.LogGroup(`${component}Logs`, {
    name: `/aws/lambda/${physicalName}`,
    retentionInDays: settings.logRetention,
  });
  return new sst.aws.Function(component, {
    name: physicalName,
    handler: lambda.handler,
    runtime: "nodejs24.x",
    architecture: "arm64",
    timeout: `${lambda.timeout} seconds`,
    memory: `${lambda.memory} MB`,
    nodejs: { minify: true, esbuild: { external: [...unusedCredentialSources] } },
    environment: {
      ...limitsOf(lambda, settings),
      ...shardsOf(lambda, settings),
      ...logDaysOf(lambda, settings),
      ...issuerOf(lambda, auth),
    },
    logging: { format: "json", logGroup: logs.name },
    link: [
      ...Object.keys(lambda.tables).map((table) => tables[table]),
      ...Object.keys(lambda.queues).map((queue) => queues[queue]),
      ...Object.keys(lambda.buckets).map((bucket) => buckets[bucket]),
      ...(lambda.secrets ?? []).map((secret) => secrets[secret]),
      ...(lambda.speaks ? [live] : []),
    ],
    permissions: [
      ...permissionsOf(name, lambda, linked),
      {
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [$interpolate`${logs.arn}:*`],
      },
    ],
    transform: {
      role: {
        // As SST ships it, the account's root may take the role as well.
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({
          Service: "lambda.amazonaws.com",
        }),
        // In place of the managed policy, which opens all log groups of the account.
        managedPolicyArns: [],
      },
    },
  });
}

function limitsOf(lambda: Lambda, settings: Settings) {
  const names = lambda.limits ?? [];
  return Object.fromEntries(
    names.map((name) => [name, String(settings.limits[name] ?? limits[name])]),
  );
}

/** Whoever has to do with executions or counters has to know of their shards. */
function shardsOf({ tables }: Lambda, { shards }: Settings): Record<string, string> {
  return Object.keys(tables).length > 0 ? { SHARDS: String(shards) } : {};
}

/** Whoever writes logs has to know when they go. */
function logDaysOf({ tables }: Lambda, { logDays }: Settings): Record<string, string> {
  const writes = tables.Logs?.includes("PutItem") ?? false;
  return writes && logDays !== undefined ? { LOG_DAYS: String(logDays) } : {};
}

function issuerOf({ checksTokens }: Lambda, auth: Auth): Record<string, string> {
  return checksTokens && auth !== "none"
    ? { AUTH_ISSUER: auth.issuer, AUTH_AUDIENCE: auth.audience }
    : {};
}
