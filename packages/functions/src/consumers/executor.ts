/**
 * The executor: takes each requested execution to its handoff, and publishes it to its worker pool. It may
 * die between any two steps: its message comes back, and the next try goes on from what is stored. It also
 * cancels what is below executions that are cancelled with it.
 */
import { explain } from "@attune/domain/errors";
import { type JsonText, memberTexts } from "@attune/domain/json-text";
import { type ExecutionRequested, RequestMessage } from "@attune/domain/messages";
import { createExecution } from "@attune/store/create-execution";
import { readRecord } from "@attune/store/read-execution";
import type { ExecutionRecord } from "@attune/store/record";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { advance } from "../executor/advance.ts";
import { cascade } from "../executor/cascade.ts";
import { type Publication, publishScheduled } from "../executor/publish.ts";
import { wakeExecutor } from "../executor/wake.ts";
import { nextIdentity, store } from "../resources.ts";
import { Rejection, settleBatch } from "./batch.ts";

const queue = "ExecutionRequests";

function parseMessage(body: string): RequestMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new Rejection("The message is not JSON", { cause });
  }
  const parsed = RequestMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Rejection(`The message is not valid: ${explain(parsed.error)}`, {
    cause: parsed.error,
  });
}

async function create(message: ExecutionRequested, body: JsonText): Promise<ExecutionRecord> {
  const { config, idempotency_key, ...request } = message.payload;
  const payload = memberTexts(memberTexts(body).get("payload") ?? "");
  const { record } = await createExecution(store, nextIdentity, {
    request,
    config: config == null ? null : (payload.get("config") ?? null),
    idempotencyKey: idempotency_key ?? message.message_id,
    keyIsShared: true,
  });
  return record;
}

async function find(id: number): Promise<ExecutionRecord> {
  const record = await readRecord(store, id);
  if (record === undefined) throw new Rejection(`There is no execution ${id}`);
  return record;
}

/** A new try is not handed off before its time. */
const secondsUntilDue = ({ status, not_before }: ExecutionRecord) =>
  status === "requested" && not_before !== undefined
    ? (new Date(not_before).getTime() - store.now().getTime()) / 1_000
    : 0;

interface Handled {
  readonly record: SQSRecord;
  readonly error?: unknown;
  readonly publication?: Publication;
}

async function handle(record: SQSRecord): Promise<Handled> {
  try {
    const message = parseMessage(record.body);
    if (message.message_type === "execution.cascade_requested") {
      await cascade(store, message.payload);
      return { record };
    }
    const found =
      message.message_type === "execution.requested"
        ? await create(message, record.body)
        : await find(message.payload.execution_id);
    const wait = secondsUntilDue(found);
    if (wait > 0) {
      await wakeExecutor([found.id], wait);
      return { record };
    }
    const { record: execution, isOursToPublish } = await advance(store, found);
    if (!isOursToPublish) return { record };
    const correlationId = message.correlation_id ?? message.message_id;
    return { record, publication: { record: execution, correlationId } };
  } catch (error) {
    return { record, error };
  }
}

/** Publishes what a batch handed off; whatever could not be published is tried again with its message. */
async function publishAll(handled: readonly Handled[]): Promise<Handled[]> {
  // Two messages of one batch may stand for one execution.
  const publications = new Map(
    handled.flatMap(({ publication }) =>
      publication ? [[publication.record.id, publication]] : [],
    ),
  );
  if (publications.size === 0) return [...handled];
  const fail = (which: (id: number) => boolean, error: unknown) =>
    handled.map((one) =>
      one.publication && which(one.publication.record.id) ? { ...one, error } : one,
    );
  try {
    const refused = await publishScheduled(store, [...publications.values()]);
    return fail((id) => refused.has(id), new Error("SQS refused a message"));
  } catch (error) {
    return fail(() => true, error);
  }
}

export const handler = middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) =>
  settleBatch(queue, await publishAll(await Promise.all(Records.map(handle)))),
);
