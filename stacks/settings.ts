/** What differs between stages, in one place. A stage that is not listed is somebody's own: `personal`. */
import type { LimitName } from "../packages/topology/src/limits.ts";
import { shards } from "../packages/topology/src/shards.ts";

export interface Settings {
  /**
   * `"none"`: the API asks for no token. Absent: the stage must be given an issuer and an audience,
   * see {@link authOf}.
   */
  readonly auth?: "none";
  /** Tables refuse to be deleted and outlive `sst remove`, which refuses too. */
  readonly keepData: boolean;
  readonly pointInTimeRecovery: boolean;
  /** Days, of those that CloudWatch Logs offers. */
  readonly logRetention: number;
  /**
   * Days that a line of an execution's log is kept; absent: for as long as the execution. More than the 14 that a run
   * may be silent for: a log goes on where its last line is.
   */
  readonly logDays?: number;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Requests a second that the API takes, and how many more at once. The rest get 429. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Where they are to be other than the topology's. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
  /**
   * Partitions of each key that many executions share, see docs/adr/0014-shards.md. It may only grow: lists
   * read as many, and what lies in others is in none of them.
   */
  readonly shards: number;
  /** It has alarms, and must be given an address for them, see {@link alarmAddressOf}. */
  readonly alarms: boolean;
}

const unlisted: Settings = {
  keepData: false,
  pointInTimeRecovery: false,
  logRetention: 7,
  logDays: 30,
  corsOrigins: [],
  throttle: { rate: 100, burst: 100 },
  // Whoever tries something out starts a worker today, or not at all.
  limits: { QUEUE_SECONDS: 86_400 },
  shards,
  alarms: false,
};

const stages: Readonly<Record<string, Settings>> = {
  production: {
    keepData: true,
    pointInTimeRecovery: true,
    logRetention: 90,
    corsOrigins: [],
    throttle: { rate: 5000, burst: 2500 },
    limits: {},
    shards,
    alarms: true,
  },
  staging: {
    keepData: false,
    pointInTimeRecovery: true,
    logRetention: 30,
    logDays: 30,
    corsOrigins: [],
    throttle: { rate: 500, burst: 500 },
    limits: {},
    shards,
    alarms: true,
  },
  personal: { ...unlisted, auth: "none" },
};

export function settingsOf(stage: string): Settings {
  return stages[stage] ?? unlisted;
}

export type Auth = { readonly issuer: string; readonly audience: string } | "none";

/**
 * Who may call the API of a stage: the tokens of one issuer for one audience, or everybody where the
 * settings say so in as many words.
 *
 * Issuer and audience are the environment variables `AUTH_ISSUER` and `AUTH_AUDIENCE` of the deployment;
 * SST reads them from `.env.<stage>` too.
 *
 * @throws where a stage has neither.
 */
export function authOf(stage: string, environment: Readonly<NodeJS.ProcessEnv>): Auth {
  if (settingsOf(stage).auth === "none") return "none";
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = environment;
  if (issuer?.startsWith("https://") && audience) return { issuer, audience };
  throw new Error(
    `Stage "${stage}" does not say who may call its API: set AUTH_ISSUER (an https:// URL) and ` +
      `AUTH_AUDIENCE, or give the stage auth: "none" in stacks/settings.ts.`,
  );
}

export interface AlarmAddress {
  readonly protocol: "email" | "https";
  readonly endpoint: string;
}

/**
 * Who hears of the alarms of a stage, `undefined` where it has none: the environment variable
 * `ALARM_ADDRESS` of the deployment, an e-mail address or an https:// URL.
 *
 * @throws where a stage has alarms, and nobody to hear of them.
 */
export function alarmAddressOf(
  stage: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): AlarmAddress | undefined {
  if (!settingsOf(stage).alarms) return undefined;
  const { ALARM_ADDRESS: endpoint = "" } = environment;
  if (endpoint.startsWith("https://")) return { protocol: "https", endpoint };
  if (/^[^@\s/]+@[^@\s/]+$/.test(endpoint)) return { protocol: "email", endpoint };
  throw new Error(
    `Stage "${stage}" does not say who hears of its alarms: set ALARM_ADDRESS (an e-mail address or an ` +
      `https:// URL), or give the stage alarms: false in stacks/settings.ts.`,
  );
}

export interface OpenSearch {
  /** https:// URL. */
  readonly endpoint: string;
  readonly domainArn: string;
}

/**
 * The domain of OpenSearch Service that a stage copies its executions to, `undefined` where it copies none: the
 * environment variables `OPENSEARCH_ENDPOINT` and `OPENSEARCH_DOMAIN_ARN` of the deployment.
 *
 * @throws where a stage names one by halves, or has no point-in-time recovery, which the copy begins with.
 */
export function openSearchOf(
  stage: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): OpenSearch | undefined {
  const { OPENSEARCH_ENDPOINT: endpoint, OPENSEARCH_DOMAIN_ARN: domainArn } = environment;
  if (!endpoint && !domainArn) return undefined;
  if (!endpoint?.startsWith("https://") || !domainArn?.startsWith("arn:")) {
    throw new Error(
      `Stage "${stage}" does not say which OpenSearch it copies to: set both OPENSEARCH_ENDPOINT (an https:// URL) ` +
        "and OPENSEARCH_DOMAIN_ARN, or neither.",
    );
  }
  if (!settingsOf(stage).pointInTimeRecovery) {
    throw new Error(
      `Stage "${stage}" cannot copy to OpenSearch: give it pointInTimeRecovery: true in stacks/settings.ts.`,
    );
  }
  return { endpoint, domainArn };
}
