import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Engine, startEngine } from "./engine.ts";

/**
 * Runs "$@" until it ends or stdin does. The engine knows no parent: the shell in between kills it when
 * the pipe from us closes, which it does however we die. What was acknowledged is on disk by then.
 */
const watchdog = `
exec 3<&0
"$@" </dev/null 3<&- & engine=$!
{ while read -r _; do :; done; kill -KILL "$engine"; } <&3 >/dev/null 2>&1 & watch=$!
exec 3<&-
wait "$engine"; status=$?
kill "$watch" 2>/dev/null
exit "$status"
`;

export interface DynamoDbSettings {
  readonly port: number;
  readonly dataDir: string;
}

/** The file that holds the tables. */
export function dynamoDbFile(dataDir: string): string {
  return join(dataDir, "dynamodb.db");
}

/** Starts the DynamoDB engine on its file in `dataDir`. Throws when there is none for this platform. */
export function startDynamoDb({ port, dataDir }: DynamoDbSettings): Promise<Engine> {
  const binary = findBinary(`${process.platform}-${process.arch}`);
  mkdirSync(dataDir, { recursive: true });
  const file = dynamoDbFile(dataDir);
  return startEngine({
    name: "the DynamoDB engine",
    variable: "DYNAMODB_PORT",
    port,
    command: (on) => [
      ...(["sh", "-c", watchdog, "sh", binary, "serve", "--host", "127.0.0.1"] as const),
      ...["--port", String(on), "--db-path", file],
    ],
  });
}

/** The engine's file for a platform, "linux-x64" for one. Throws, with the remedy, when there is none. */
export function findBinary(platform: string): string {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`);
    return join(dirname(manifest), "dynoxide");
  } catch (cause) {
    throw new Error(
      `there is no DynamoDB engine for ${platform}; set DYNAMODB_ENDPOINT to the address of another DynamoDB server, AWS's DynamoDB Local for one`,
      { cause },
    );
  }
}
