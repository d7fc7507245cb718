/** What differs between stages, in one place. A stage that is not listed is somebody's own: `personal`. */

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
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Requests a second that the API takes, and how many more at once. The rest get 429. */
  readonly throttle: { readonly rate: number; readonly burst: number };
}

const unlisted: Settings = {
  keepData: false,
  pointInTimeRecovery: false,
  logRetention: 7,
  corsOrigins: [],
  throttle: { rate: 100, burst: 100 },
};

const stages: Readonly<Record<string, Settings>> = {
  production: {
    keepData: true,
    pointInTimeRecovery: true,
    logRetention: 90,
    corsOrigins: [],
    throttle: { rate: 5000, burst: 2500 },
  },
  staging: {
    keepData: false,
    pointInTimeRecovery: true,
    logRetention: 30,
    corsOrigins: [],
    throttle: { rate: 500, burst: 500 },
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
