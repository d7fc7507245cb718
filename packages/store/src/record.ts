/** The item of an execution in the table `Executions`, and what the API shows of it. */
import { ActionRef, type ExecutionView, Id, type Summary } from "@attune/domain/execution";
import { createdOf } from "@attune/domain/ids";
import type { JsonText } from "@attune/domain/json-text";
import { Owner, Status } from "@attune/domain/lifecycle";
import { RetryPolicy } from "@attune/domain/retry-policy";
import * as z from "zod/mini";
import { Payload } from "./payloads.ts";

/** What an item tells of itself in a list. An attribute that is null is not stored: indexes are sparse. */
export const Row = z.object({
  id: Id,
  status: Status,
  action_ref: ActionRef,
  enforcement: z.optional(Id),
  parent: z.optional(Id),
  /** The worker that claimed it. */
  executor: z.optional(Id),
  /** The execution that this one is a new try of, the first of them all. */
  original_execution: z.optional(Id),
  updated: z.string(),
});
export type Row = z.infer<typeof Row>;

export const ExecutionRecord = z.extend(Row, {
  owner: Owner,
  /** Counts the changes of status or owner, from 1. */
  version: z.int().check(z.minimum(1)),
  /** The fencing token: 0 before the handoff, 1 after it. */
  attempt: z.int().check(z.minimum(0)),
  action: z.optional(Id),
  pool: z.string(),
  timeout_seconds: z.optional(z.int()),
  idempotency_key: z.string(),
  /** The id that the call drew which stored it, where another call had reserved this one for the same key. */
  creator: z.optional(Id),
  /** The page of the counters' ledger that remembers it. */
  ledger: z.string(),
  config: z.optional(Payload),
  result: z.optional(Payload),
  /** What the request said of new tries, and which try this is, from 1. */
  retry: z.optional(RetryPolicy),
  try: z.optional(z.int().check(z.minimum(1))),
  /** A new try is not handed off before, ISO 8601. */
  not_before: z.optional(z.string()),
  /** When somebody asked to cancel what the workers own, ISO 8601. */
  cancel_requested: z.optional(z.string()),
  /** When its worker claimed it, ISO 8601. */
  started: z.optional(z.string()),
  /** When its worker last said that it lives, ISO 8601. */
  beat: z.optional(z.string()),
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
