import { secrets } from "../packages/topology/src/secrets.ts";
import type { Settings } from "./settings.ts";

/** By the secret's name in the topology. */
export type Secrets = Readonly<Record<string, sst.Secret>>;

/**
 * A stage that asks for tokens must be given its secrets: `sst secret set <name> <value> --stage <stage>`.
 * Where anybody may call the API, what they protect is open anyway.
 */
export function createSecrets({ auth }: Settings): Secrets {
  const placeholder = auth === "none" ? "open" : undefined;
  return Object.fromEntries(
    Object.keys(secrets).map((name) => [name, new sst.Secret(name, placeholder)]),
  );
}
