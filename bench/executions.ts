/** Executions to measure on: ten actions in three packs, in five statuses. */
import { countChanges } from "@attune/store/counters/count-changes";
import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import { readRecord } from "@attune/store/read-execution";
import type { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { changeStatus, claim, finish, handOff } from "@attune/store/transitions";
import { randomFrom } from "../test/fixtures/random.ts";

export const actions = [
  "core.echo",
  "core.sleep",
  "core.http_request",
  "core.transform",
  "aws.ec2_start",
  "aws.ec2_stop",
  "aws.s3_copy",
  "slack.post_message",
  "slack.open_channel",
  "slack.upload_file",
] as const;
export const packs = ["core", "aws", "slack"] as const;

/** More of those that are over, as it is after a while. */
const ends = [
  "requested",
  "scheduled",
  "running",
  "failed",
  ...Array.from({ length: 6 }, () => "completed" as const),
] as const;

export const worker = 7;
const nextIdentity = createIdSource(Date.now);
let requests = 0;

/** A new execution, requested. */
export async function request(
  store: Store,
  about: Partial<Parameters<typeof createExecution>[2]["request"]> = {},
  config: string | null = '{"channel":"#deploys","text":"version 42 is live"}',
): Promise<ExecutionRecord> {
  const { record } = await createExecution(store, nextIdentity, {
    request: { action_ref: actions[0], ...about },
    config,
    idempotencyKey: `bench-${++requests}`,
    keyIsShared: false,
  });
  return record;
}

/** Takes a requested execution on to a status, on the way that the service takes. */
export async function bringTo(store: Store, id: number, end: (typeof ends)[number]) {
  if (end === "requested") return;
  await changeStatus(store, { id, to: "scheduling", by: "executor" });
  await handOff(store, id);
  if (end === "scheduled") return;
  const hold = { id, worker, attempt: 1 };
  await claim(store, hold);
  if (end === "running") return;
  const result = end === "failed" ? '{"error":"The host did not answer"}' : '{"sent":true}';
  await finish(store, hold, end, result);
}

/** An enforcement of few executions, one in two hundred; 1 to 5 have a fifth each. */
export const FEW = 6;

async function createOne(store: Store, at: number) {
  const random = randomFrom(at);
  const { id } = await request(store, {
    action_ref: actions[at % actions.length] ?? actions[0],
    enforcement: at % 200 === 0 ? FEW : 1 + random.below(5),
    parent: 1 + random.below(5),
  });
  await bringTo(store, id, random.pick(ends));
  const record = await readRecord(store, id);
  if (record === undefined) throw new Error(`Execution ${id} is gone`);
  return record;
}

/** Creates as many executions, and counts them. */
export async function createExecutions(store: Store, count: number): Promise<void> {
  for (let made = 0; made < count; made += 100) {
    const some = Array.from({ length: Math.min(100, count - made) }, (_, at) =>
      createOne(store, made + at),
    );
    const changes = (await Promise.all(some)).map(
      ({ id, version, status, ledger, ...membership }) => ({
        ...{ id, version, status, ledger },
        membership,
      }),
    );
    await countChanges(store, changes);
  }
}
