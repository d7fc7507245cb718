/** The built-in worker: a worker like any other, with the three `core` actions. */
import { randomInt } from "node:crypto";
import { createWorker } from "@attune/worker/create-worker";
import type { WorkerEvent } from "@attune/worker/events";
import { builtinActions } from "./builtin-actions.ts";
import { clientConfig } from "./clients.ts";
import { log } from "./log.ts";

export interface WorkerSettings {
  /** The API's base URL. */
  readonly api: string;
  readonly queueUrl: string;
  readonly sqsEndpoint: string;
}

/** Runs executions until it is stopped; one that is under way then fails. */
export function startBuiltinWorker({ api, queueUrl, sqsEndpoint }: WorkerSettings) {
  const worker = createWorker({
    queue: { url: queueUrl, ...clientConfig(sqsEndpoint) },
    api,
    // A process that starts again is another worker: what it ran before has died with it.
    workerId: randomInt(1, 2 ** 31),
    actions: builtinActions,
    concurrency: 50,
    heartbeatSeconds: 5,
    graceSeconds: 1,
    on: logFailure,
  });
  return { stop: () => worker.stop({ drainSeconds: 0 }) };
}

function logFailure(event: WorkerEvent): void {
  if (event.type === "error") log(`the built-in worker failed to ${event.during}`, event.error);
  if (event.type === "retried")
    log(`the built-in worker has no answer to a ${event.call} of ${event.id}`, event.error);
}
