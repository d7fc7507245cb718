/** The messages on the queues: one envelope, a payload for each type. The schemas own the types. */
import * as z from "zod";
import { ActionRef, Id } from "./execution.ts";
import { type JsonText, objectText, textsOf } from "./json-text.ts";
import { isFinal, Status } from "./lifecycle.ts";
import { ExecutionRequest } from "./request.ts";
import { Execution } from "./view.ts";

const Envelope = z.object({
  message_id: z.guid(),
  correlation_id: z.guid().optional(),
  version: z.string().regex(/^1\.\d+$/, "must be 1.x"),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
});

/** In: whatever fires rules asks for an execution. */
export const ExecutionRequested = Envelope.extend({
  message_type: z.literal("execution.requested"),
  payload: ExecutionRequest,
});
export type ExecutionRequested = z.infer<typeof ExecutionRequested>;

/** In, from ourselves: an execution that is already stored waits for its executor. */
export const ExecutionAccepted = Envelope.extend({
  message_type: z.literal("execution.accepted"),
  payload: z.object({ execution_id: Id }),
});

/** In, from ourselves: what is unfinished below an execution is to be cancelled. */
export const CascadeRequested = Envelope.extend({
  message_type: z.literal("execution.cascade_requested"),
  payload: z.object({
    execution_id: Id,
    /** Where the cascade began. */
    root: Id,
    /** The child that it goes on after; `null`: from the first. */
    after: z.nullable(Id),
  }),
});
export type CascadeRequested = z.infer<typeof CascadeRequested>;

/** What arrives on `execution-requests`. */
export const RequestMessage = z.discriminatedUnion("message_type", [
  ExecutionRequested,
  ExecutionAccepted,
  CascadeRequested,
]);
export type RequestMessage = z.infer<typeof RequestMessage>;

/** Out, to the workers of a pool. `config` rides in the message, or is omitted and read from the API. */
export const ExecutionScheduled = Envelope.extend({
  message_type: z.literal("execution.scheduled"),
  payload: z.object({
    execution_id: Id,
    action: z.nullable(Id),
    action_ref: ActionRef,
    config: z.unknown(),
    config_omitted: z.literal(true).optional(),
    parent: z.nullable(Id),
    enforcement: z.nullable(Id),
    attempt: z.int().min(1),
    timeout_seconds: z.int().nullable(),
    scheduled_at: z.iso.datetime(),
  }),
});
export type ExecutionScheduled = z.infer<typeof ExecutionScheduled>;

const { action_ref, parent, enforcement } = Execution.shape;
const About = z.object({ action_ref, parent, enforcement, execution_id: Id });

/** Out: an execution was created, or its status changed. */
export const ExecutionStatusChanged = Envelope.extend({
  message_type: z.literal("execution.status_changed"),
  payload: About.extend({
    /** `null`: it was created. */
    previous_status: z.nullable(Status),
    new_status: Status,
    changed_at: z.iso.datetime(),
  }),
});
export type ExecutionStatusChanged = z.infer<typeof ExecutionStatusChanged>;

/** Out: an execution reached a final status. */
export const ExecutionCompleted = Envelope.extend({
  message_type: z.literal("execution.completed"),
  payload: About.extend({
    status: Status.check(z.refine(isFinal, "is not final")),
    completed_at: z.iso.datetime(),
  }),
});
export type ExecutionCompleted = z.infer<typeof ExecutionCompleted>;

/** What arrives on `execution-events`. */
export const EventMessage = z.discriminatedUnion("message_type", [
  ExecutionStatusChanged,
  ExecutionCompleted,
]);
export type EventMessage = z.infer<typeof EventMessage>;

export type MessageType = (RequestMessage | ExecutionScheduled | EventMessage)["message_type"];

/** Who and when: what a message needs beside its content. */
export interface Stamp {
  readonly message_id: string;
  readonly correlation_id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

/** The text of a message of ours. */
export function messageText(type: MessageType, payload: JsonText, stamp: Stamp): JsonText {
  return objectText({
    ...textsOf({
      message_id: stamp.message_id,
      correlation_id: stamp.correlation_id,
      message_type: type,
      version: "1.0",
      timestamp: stamp.timestamp,
      headers: { source_service: "executions", retry_count: 0 },
    }),
    payload,
  });
}
