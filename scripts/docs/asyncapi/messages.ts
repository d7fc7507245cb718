/** What is said of each message beside its schema, and which queue carries it. */
import {
  CascadeRequested,
  ExecutionAccepted,
  ExecutionCompleted,
  ExecutionRequested,
  ExecutionScheduled,
  ExecutionStatusChanged,
  type MessageType,
} from "@attune/domain/messages";
import type { QueueName } from "@attune/topology/queues";
import type * as z from "zod";
import { executions, request } from "../openapi/values.ts";

export interface Message {
  readonly name: string;
  readonly summary: string;
  readonly schema: z.core.$ZodType;
  readonly example: unknown;
}

export const message = <S extends z.core.$ZodType>(
  name: string,
  summary: string,
  schema: S,
  example: z.input<S>,
): Message => ({ name, summary, schema, example });

const { id: execution_id, created, updated } = executions.completed.data;
const { action, action_ref, config, parent, enforcement } = executions.requested.data;
const about = { execution_id, action_ref, parent, enforcement };

const envelope = {
  message_id: "0f7c1b6e-5d0c-4a53-9a53-6c8a8b9a3f10",
  correlation_id: "6a1a5a0e-2c1b-4f0e-8a57-0c3a4f1f8b21",
  version: "1.0",
  timestamp: updated,
  headers: { source_service: "executions", retry_count: 0 },
};

export const messages: Readonly<Record<MessageType, Message>> = {
  "execution.requested": message(
    "ExecutionRequested",
    "Asks for an execution. Without an idempotency key, `message_id` is the key.",
    ExecutionRequested,
    {
      ...envelope,
      message_type: "execution.requested",
      headers: { source_service: "rules", retry_count: 0 },
      payload: request,
    },
  ),
  "execution.accepted": message(
    "ExecutionAccepted",
    "Of ourselves to ourselves, for an execution that is stored already.",
    ExecutionAccepted,
    { ...envelope, message_type: "execution.accepted", payload: { execution_id } },
  ),
  "execution.cascade_requested": message(
    "CascadeRequested",
    "Of ourselves to ourselves, for a page of the children of an execution that is cancelled with what is below it.",
    CascadeRequested,
    {
      ...envelope,
      message_type: "execution.cascade_requested",
      payload: { execution_id, root: execution_id, after: null },
    },
  ),
  "execution.scheduled": message(
    "ExecutionScheduled",
    "An execution for a worker to claim. Where `config_omitted` is true the config is in the answer to the claim.",
    ExecutionScheduled,
    {
      ...envelope,
      message_type: "execution.scheduled",
      payload: {
        ...about,
        action,
        config,
        attempt: 1,
        timeout_seconds: 600,
        scheduled_at: created,
      },
    },
  ),
  "execution.status_changed": message(
    "ExecutionStatusChanged",
    "An execution was created (`previous_status` is null), or its status changed.",
    ExecutionStatusChanged,
    {
      ...envelope,
      message_type: "execution.status_changed",
      payload: {
        ...about,
        previous_status: "running",
        new_status: "completed",
        changed_at: updated,
      },
    },
  ),
  "execution.completed": message(
    "ExecutionCompleted",
    "An execution reached a final status.",
    ExecutionCompleted,
    {
      ...envelope,
      message_type: "execution.completed",
      payload: { ...about, status: "completed", completed_at: updated },
    },
  ),
};

interface Carrier {
  /** What this service does with the queue. */
  readonly action: "receive" | "send";
  readonly summary: string;
  readonly messages: readonly MessageType[];
}

export const carriers: Readonly<Record<QueueName, Carrier>> = {
  ExecutionRequests: {
    action: "receive",
    summary: "Whatever fires rules asks here for executions.",
    messages: ["execution.requested", "execution.accepted", "execution.cascade_requested"],
  },
  ExecutionScheduled: {
    action: "send",
    summary: "The workers of the pool `default` take executions from here.",
    messages: ["execution.scheduled"],
  },
  ExecutionEvents: {
    action: "send",
    summary: "Each change of status, once it is stored.",
    messages: ["execution.status_changed", "execution.completed"],
  },
};
