/** Creating an execution: once for each idempotency key, whoever asks and however often. */
import { createdOf } from "@attune/domain/ids";
import type { JsonText } from "@attune/domain/json-text";
import { initial } from "@attune/domain/lifecycle";
import type { ExecutionRequest } from "@attune/domain/request";
import { defaultPool } from "@attune/topology/queues";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { executionWrites } from "./access-patterns/executions-write.ts";
import { settle } from "./conditional.ts";
import type { Identity } from "./ids.ts";
import { type Payload, savePayload } from "./payloads.ts";
import { readRecord } from "./read-execution.ts";
import { ExecutionRecord } from "./record.ts";
import type { Store } from "./store.ts";

export interface Creation {
  readonly request: Omit<ExecutionRequest, "config" | "idempotency_key">;
  /** As it came, or as another execution has it stored. */
  readonly config: JsonText | Payload | null;
  readonly idempotencyKey: string;
  /** `false` for a key that was made for this call alone: it needs no reservation. */
  readonly keyIsShared: boolean;
  /** Of a new try: the first execution, which try this is, and when it may run. */
  readonly origin?: Pick<ExecutionRecord, "original_execution" | "try" | "not_before">;
}

export interface Created {
  readonly record: ExecutionRecord;
  /** `false` where the key stands for an execution that was there before. */
  readonly isNew: boolean;
}

const Reservation = z.object({ key: z.string(), id: z.int() });

/**
 * Reserves an id for the key: `drawn` where the key is new, or else the id that it stands for. The
 * reservation goes before the execution, so that whoever comes after a crash between the two goes on
 * with the same id.
 */
async function reserve(
  store: Store,
  key: string,
  drawn: number,
  replaces?: number,
): Promise<number> {
  const given = { key, id: drawn, ...(replaces === undefined ? {} : { replaces }) };
  const params = executionWrites.reserveIdempotencyKey.params(store.tables, given);
  const written = await settle(store.client.send(new PutCommand(params)));
  return written.won ? drawn : Reservation.parse(written.item).id;
}

/**
 * Creates an execution, `requested` and owned by the executor, or finds the one that its idempotency
 * key stands for. Two write units without a large config, one where the key is not shared, and
 * one for each index that it is in.
 *
 * @throws ServiceError 413 when the config is larger than can be stored
 */
export async function createExecution(
  store: Store,
  nextIdentity: () => Identity,
  creation: Creation,
): Promise<Created> {
  let taken: number | undefined;
  for (;;) {
    const { id: drawn, ledger } = nextIdentity();
    const { idempotencyKey, keyIsShared } = creation;
    const id = keyIsShared ? await reserve(store, idempotencyKey, drawn, taken) : drawn;
    if (id !== drawn) {
      const record = await readRecord(store, id);
      if (record?.idempotency_key === idempotencyKey) return { record, isNew: false };
    }

    const record = await newRecord(store, creation, {
      ...{ id, ledger },
      ...(id === drawn ? {} : { creator: drawn }),
    });
    const { shards } = store;
    const params = executionWrites.createExecution.params(store.tables, { record, shards });
    const written = await settle(store.client.send(new PutCommand(params)));
    if (written.won) return { record, isNew: true };

    const winner = ExecutionRecord.parse(written.item);
    if (winner.idempotency_key === idempotencyKey) {
      // By a call at the same time, or by a try of this one whose answer was lost. Another process may have drawn
      // the same id, and has another page then.
      const isNew = (winner.creator ?? winner.id) === drawn && winner.ledger === ledger;
      return { record: winner, isNew };
    }
    // Another execution drew the same id: draw again.
    taken = id;
  }
}

async function newRecord(
  store: Store,
  { request, config, idempotencyKey, origin }: Creation,
  identity: Pick<ExecutionRecord, "id" | "ledger" | "creator">,
): Promise<ExecutionRecord> {
  const { id } = identity;
  return ExecutionRecord.parse({
    ...initial,
    ...origin,
    ...identity,
    version: 1,
    attempt: 0,
    updated: createdOf(id),
    action_ref: request.action_ref,
    action: request.action ?? undefined,
    parent: request.parent ?? undefined,
    enforcement: request.enforcement ?? undefined,
    timeout_seconds: request.timeout_seconds ?? undefined,
    retry: request.retry ?? undefined,
    pool: request.pool ?? defaultPool,
    idempotency_key: idempotencyKey,
    config:
      typeof config === "string"
        ? await savePayload(store, id, "config", config)
        : (config ?? undefined),
  });
}
