/**
 * Compares counters and search segments with the executions, while writes go on, and prints what differs.
 *
 *     npm run recount -- --stage production    the function of a stage, through the AWS CLI: it never ran on AWS
 *                        --local               the local stack, which runs: the variables are those of `npm start`
 *                        --repair              puts right what differs
 *                        --show                prints the last report, or goes on with a recount that is open
 *
 * The exit status is 1 where something differs, and is not repaired.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { loadFunctions } from "@attune/local/invoke";
import { ensureResources, lambdaEnvironment } from "@attune/local/resources";
import { readSettings } from "@attune/local/settings";
import { Progress } from "@attune/store/recount/progress";
import { functions } from "@attune/topology/functions";

/** What the function answers: how far the recount has come; `null` where another invocation goes on with it. */
const Answer = Progress.nullable();
type Invoke = (event: object) => Promise<unknown>;

/** Milliseconds before asking again for what another invocation does. */
const BUSY_MS = 5_000;

/** Seconds that the CLI waits for an answer: longer than the function may take. */
const READ_SECONDS = functions.recount.timeout + 30;

const onAws =
  (stage: string): Invoke =>
  async (event) => {
    const folder = await mkdtemp(join(tmpdir(), "recount-"));
    try {
      const answer = join(folder, "answer.json");
      await promisify(execFile)("aws", [
        ...["lambda", "invoke", "--function-name", `attune-executions-${stage}-recount`],
        ...["--cli-read-timeout", String(READ_SECONDS)],
        ...["--cli-binary-format", "raw-in-base64-out", "--payload", JSON.stringify(event)],
        answer,
      ]);
      return JSON.parse(await readFile(answer, "utf8"));
    } finally {
      await rm(folder, { recursive: true });
    }
  };

async function onThisMachine(): Promise<Invoke> {
  const settings = readSettings(process.env);
  const servers = {
    dynamodb: settings.DYNAMODB_ENDPOINT ?? `http://127.0.0.1:${settings.DYNAMODB_PORT}`,
    sqs: settings.SQS_ENDPOINT ?? `http://127.0.0.1:${settings.SQS_PORT}`,
    ...(settings.S3_ENDPOINT === undefined ? {} : { s3: settings.S3_ENDPOINT }),
  };
  Object.assign(process.env, lambdaEnvironment(servers, await ensureResources(servers)));
  const recount = (await loadFunctions()).get("recount");
  if (recount === undefined) throw new Error("There is no function recount");
  return (event) => recount.invoke(event);
}

/** Invokes the function until the recount is at its end. */
async function run(invoke: Invoke, first: object): Promise<Progress> {
  let answer = Answer.parse(await invoke(first));
  while (answer?.finished === undefined) {
    if (answer)
      console.error(`${answer.executions} executions, ${answer.differences.length} found`);
    else await wait(BUSY_MS);
    answer = Answer.parse(await invoke({}));
  }
  return answer;
}

const { values } = parseArgs({
  options: {
    stage: { type: "string" },
    local: { type: "boolean", default: false },
    repair: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
  },
});
if ((values.stage === undefined) !== values.local)
  throw new Error("Say either --stage <stage> or --local");
const invoke = values.stage === undefined ? await onThisMachine() : onAws(values.stage);
const mode = values.repair ? "repair" : "check";
const { differences, more, ...report } = await run(invoke, values.show ? {} : { mode });
const dateOf = (ms = 0) => new Date(ms).toISOString();
console.table(differences);
console.log(
  JSON.stringify(
    {
      mode: report.mode,
      from: dateOf(report.started),
      to: dateOf(report.finished),
      executions: report.executions,
      spans: report.spans,
      differences: differences.length + more,
      repaired: report.repaired,
      busy: report.busy,
      units: report.units,
    },
    undefined,
    2,
  ),
);
process.exit(differences.length + more > report.repaired ? 1 : 0);
