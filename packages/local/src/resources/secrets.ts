import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { secrets } from "@attune/topology/secrets";

export type Secrets = ReadonlyMap<string, { readonly value: string }>;

const secretsBy = (make: (name: string) => string): Secrets =>
  new Map(Object.keys(secrets).map((name) => [name, { value: make(name) }]));

const random = () => randomBytes(32).toString("base64url");

/** Secrets that nobody has had before. */
export const newSecrets = (): Secrets => secretsBy(random);

/** The secrets that lie in a folder; those that are missing are made up. */
export function ensureSecrets(dataDir: string): Secrets {
  mkdirSync(dataDir, { recursive: true });
  return secretsBy((name) => secretIn(join(dataDir, name)));
}

function secretIn(file: string): string {
  try {
    writeFileSync(file, random(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!isThere) throw error;
  }
  return readFileSync(file, "utf8");
}
