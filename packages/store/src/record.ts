/** The item of an execution in the table `Executions`, and what the API shows of it. */
import { ActionRef, type ExecutionView, Id } from "@attune/domain/execution";
import { createdOf } from "@attune/domain/ids";
import type { JsonText } from "@attune/domain/json-text";
import { Owner, Status } from "@attune/domain/lifecycle";
import { Integer, Natural, Positive } from "@attune/domain/numbers";
import { RetryPolicy } from "@attune/domain/retry-policy";
import type { Summary } from "@attune/domain/view";
import * as z from "zod/mini";
import { Payload } from "./payloads.ts";

/** ISO 8601. */
const Time = z.string();
const MaybeTime = z.optional(Time);
const MaybeId = z.optional(Id);
const MaybePayload = z.optional(Payload);

/** What an item tells of itself in a list. An attribute that is null is not stored: indexes are sparse. */
export const Row = z.object({
  id: Id,
  status: Status,
  action_ref: ActionRef,
  enforcement: MaybeId,
  parent: MaybeId,
  /** The worker that claimed it. */
  executor: MaybeId,
  /** The execution that this one is a new try of, the first of them all. */
  original_execution: MaybeId,
  updated: Time,
});
export type Row = z.infer<typeof Row>;

export const ExecutionRecord = z.extend(Row, {
  owner: Owner,
  /** Counts the changes of status or owner, from 1. */
  version: Positive,
  /** The fencing token: 0 before the handoff, 1 after it. */
  attempt: Natural,
  action: MaybeId,
  pool: z.string(),
  timeout_seconds: z.optional(Integer),
  idempotency_key: z.string(),
  /** The id that the call drew which stored it, where another call had reserved this one for the same key. */
  creator: MaybeId,
  /** The page of the counters' ledger that remembers it. */
  ledger: z.string(),
  config: MaybePayload,
  result: MaybePayload,
  /** What the request said of new tries, and which try this is, from 1. */
  retry: z.optional(RetryPolicy),
  try: z.optional(Positive),
  /** A new try is not handed off before. */
  not_before: MaybeTime,
  /** When somebody asked to cancel what the workers own. */
  cancel_requested: MaybeTime,
  /** When its worker claimed it. */
  started: MaybeTime,
  /** When its worker last said that it lives. */
  beat: MaybeTime,
});
export type ExecutionRecord = z.infer<typeof ExecutionRecord>;

/** A list's row as the API shows it. `created` is in the id. */
export function summaryOf(row: Row): Summary {
  return {
    id: row.id,
    action_ref: row.action_ref,
    status: row.status,
    parent: row.parent ?? null,
    enforcement: row.enforcement ?? null,
    created: createdOf(row.id),
    updated: row.updated,
  };
}

/** The eleven fields of an execution, from its item and the texts of its payloads. */
export function viewOf(
  record: ExecutionRecord,
  payloads: { config: JsonText | null; result: JsonText | null },
): ExecutionView {
  return {
    ...summaryOf(record),
    action: record.action ?? null,
    executor: record.executor ?? null,
    original_execution: record.original_execution ?? null,
    ...payloads,
  };
}
