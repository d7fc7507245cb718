import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Evaluates the stacks for a stage in a process of its own. Rejects with its stderr where that fails. */
export function synthesise(stage: string, environment: NodeJS.ProcessEnv, ...flags: string[]) {
  const unset = { AUTH_ISSUER: "", AUTH_AUDIENCE: "", ALARM_ADDRESS: "", OPENSEARCH_ENDPOINT: "" };
  const secrets = { SST_SECRET_CursorSecret: "of a stage" };
  const env = { ...process.env, ...unset, ...secrets, ...environment };
  return run(process.execPath, ["scripts/synth.ts", stage, ...flags], { env });
}
