/** The built-in worker: takes executions from SQS and runs them, by the worker protocol over HTTP. */
import { type JsonText, objectText, textsOf } from "@attune/domain/json-text";
import { ExecutionScheduled } from "@attune/domain/messages";
import { routes } from "@attune/topology/routes";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import { actionOf, configOf } from "./builtin-actions.ts";
import { clientConfig } from "./clients.ts";
import { log } from "./log.ts";
import { backoff, pause } from "./retry.ts";

const WORKER_ID = 1;
/** Executions at once. */
const CONCURRENCY = 50;
/** The contract's: at least every 30 s. */
const HEARTBEAT_MS = 20_000;
const VISIBILITY_SECONDS = 90;
/** Until a message is tried again whose call failed: the API was away, say. */
const RETRY_SECONDS = 2;

interface Hold {
  readonly worker_id: number;
  readonly attempt: number;
}

export interface WorkerSettings {
  /** The API's base URL. */
  readonly api: string;
  readonly queueUrl: string;
  readonly sqsEndpoint: string;
}

type Call = "claim" | "heartbeat" | "finish";

const Beat = z.object({ data: z.object({ cancel_requested: z.boolean() }) });

/** Runs executions until it is stopped; one that is under way then is left to whoever comes next. */
export function startBuiltinWorker({ api, queueUrl, sqsEndpoint }: WorkerSettings) {
  const stopping = new AbortController();
  const sqs = new SQSClient({ ...clientConfig(sqsEndpoint), useQueueUrlAsEndpoint: false });

  async function post(call: Call, id: number, body: JsonText) {
    const path = routes[`${call}Execution`].path.replace("{id}", String(id));
    const headers = { "content-type": "application/json" };
    const answer = await fetch(api + path, { method: "POST", headers, body });
    const text = await answer.text();
    if (!answer.ok && answer.status !== 409) throw new Error(`${call} ${id}: ${text}`);
    return { isOurs: answer.ok, text };
  }

  const hide = (message: Message, seconds: number) =>
    sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: message.ReceiptHandle,
        VisibilityTimeout: seconds,
      }),
    );

  /** Extends the message and says that we live, until `signal` ends it; aborts `action` on a cancel. */
  async function keepAlive(message: Message, id: number, hold: Hold, action: AbortController) {
    while (!action.signal.aborted) {
      await pause(HEARTBEAT_MS, action.signal);
      if (action.signal.aborted) return;
      try {
        await hide(message, VISIBILITY_SECONDS);
        const { isOurs, text } = await post("heartbeat", id, JSON.stringify(hold));
        if (!isOurs || Beat.parse(JSON.parse(text)).data.cancel_requested) action.abort();
      } catch (error) {
        log("the built-in worker missed a heartbeat", error);
      }
    }
  }

  async function run(message: Message): Promise<void> {
    const { payload } = ExecutionScheduled.parse(JSON.parse(message.Body ?? ""));
    const { execution_id: id, action_ref, attempt } = payload;
    const hold: Hold = { worker_id: WORKER_ID, attempt };
    const claimed = await post("claim", id, JSON.stringify(hold));
    if (!claimed.isOurs) return;

    const action = new AbortController();
    const signal = AbortSignal.any([action.signal, stopping.signal]);
    const alive = keepAlive(message, id, hold, action);
    const { status, result } = await actionOf(action_ref)(configOf(claimed.text), signal);
    action.abort();
    await alive;
    if (stopping.signal.aborted && status === "cancelled") throw new Error("The worker stops");
    await post("finish", id, objectText({ ...textsOf({ ...hold, status }), result }));
  }

  async function take(message: Message): Promise<void> {
    try {
      await run(message);
      const handle = { QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle };
      await sqs.send(new DeleteMessageCommand(handle));
    } catch (error) {
      log("the built-in worker leaves a message to a later try", error);
      await hide(message, stopping.signal.aborted ? 0 : RETRY_SECONDS).catch(() => undefined);
    }
  }

  const running = new Set<Promise<void>>();

  async function receive(): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(10, CONCURRENCY - running.size),
        WaitTimeSeconds: 20,
      }),
      { abortSignal: stopping.signal },
    );
    for (const message of Messages) {
      const taken = take(message).finally(() => running.delete(taken));
      running.add(taken);
    }
  }

  async function poll(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        if (running.size >= CONCURRENCY) await Promise.race(running);
        await receive();
        failures = 0;
      } catch {
        failures++;
        await pause(backoff(failures), stopping.signal);
      }
    }
    await Promise.all(running);
  }

  const polling = poll();
  return {
    async stop(): Promise<void> {
      stopping.abort();
      await polling;
      sqs.destroy();
    },
  };
}
