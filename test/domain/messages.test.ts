import {
  EventMessage,
  ExecutionScheduled,
  messageText,
  RequestMessage,
} from "@attune/domain/messages";
import { describe, expect, it } from "vitest";

const envelope = {
  message_id: "6f2b6c1e-7a55-4a43-9f0e-3f0a1d8f0b11",
  correlation_id: "6f2b6c1e-7a55-4a43-9f0e-3f0a1d8f0b12",
  message_type: "execution.requested",
  version: "1.0",
  timestamp: "2026-01-13T10:00:00.000Z",
  headers: { source_service: "rules", retry_count: 0 },
  payload: { action_ref: "core.echo" },
};

describe("a message on execution-requests", () => {
  it("is the contract's envelope", () => {
    expect(RequestMessage.parse(envelope)).toEqual(envelope);
  });

  it.each([
    ["no payload", { payload: undefined }],
    ["no action", { payload: {} }],
    ["an action that is no text", { payload: { action_ref: 7 } }],
    ["an empty action", { payload: { action_ref: "" } }],
    ["an enforcement that is no integer", { payload: { action_ref: "a.b", enforcement: 1.5 } }],
    ["a parent past 2^53", { payload: { action_ref: "a.b", parent: 2 ** 53 } }],
    ["a timeout of nothing", { payload: { action_ref: "a.b", timeout_seconds: 0 } }],
    ["half of a character in its action", { payload: { action_ref: "a.\ud800" } }],
    [
      "half of a character in its key",
      { payload: { action_ref: "a.b", idempotency_key: "\udc00" } },
    ],
    ["half of a character in its pool", { payload: { action_ref: "a.b", pool: "\ud83d" } }],
    ["an id that is no UUID", { message_id: "7" }],
    ["a type that is not ours", { message_type: "execution.paused" }],
    ["a version to come", { version: "2.0" }],
  ])("is refused with %s", (_, change) => {
    expect(RequestMessage.safeParse({ ...envelope, ...change }).success).toBe(false);
  });
});

it("writes what its own schema reads", () => {
  const payload = {
    execution_id: 7,
    action: null,
    action_ref: "core.echo",
    config: { a: 1 },
    parent: null,
    enforcement: 3,
    attempt: 1,
    timeout_seconds: null,
    scheduled_at: "2026-01-13T10:00:00.000Z",
  };
  const text = messageText("execution.scheduled", JSON.stringify(payload), {
    message_id: envelope.message_id,
    correlation_id: envelope.correlation_id,
    timestamp: envelope.timestamp,
  });
  expect(ExecutionScheduled.parse(JSON.parse(text)).payload).toEqual(payload);
});

describe("a message on execution-events", () => {
  const about = { execution_id: 7, action_ref: "core.echo", parent: null, enforcement: 3 };
  const at = "2026-01-13T10:00:00.000Z";
  const changed = {
    ...envelope,
    message_type: "execution.status_changed",
    payload: { ...about, previous_status: null, new_status: "requested", changed_at: at },
  };
  const completed = {
    ...envelope,
    message_type: "execution.completed",
    payload: { ...about, status: "timeout", completed_at: at },
  };

  it.each([changed, completed])("is the contract's: $message_type", (message) => {
    expect(EventMessage.parse(message)).toEqual(message);
  });

  it.each([
    ["a change to no status", changed, { new_status: null }],
    ["a change of no known time", changed, { changed_at: "yesterday" }],
    ["no parent, not even null", changed, { parent: undefined }],
    ["a completion that is not final", completed, { status: "canceling" }],
  ])("is refused with %s", (_, message, change) => {
    const payload = { ...message.payload, ...change };
    expect(EventMessage.safeParse({ ...message, payload }).success).toBe(false);
  });
});
