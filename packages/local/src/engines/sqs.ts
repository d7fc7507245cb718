import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Engine, startEngine } from "./engine.ts";

export interface SqsSettings {
  readonly port: number;
  readonly dataDir: string;
}

/** Starts the SQS engine in a process of its own, with its data in `dataDir`. */
export function startSqs({ port, dataDir }: SqsSettings): Promise<Engine> {
  const entry = fileURLToPath(new URL("./sqs-process.ts", import.meta.url));
  return startEngine({
    name: "the SQS engine",
    variable: "SQS_PORT",
    port,
    command: (on) => [process.execPath, entry, String(on), join(dataDir, "sqs")],
  });
}
