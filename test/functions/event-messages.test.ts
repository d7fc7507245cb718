import { EventMessage } from "@attune/domain/messages";
import { eventBodies } from "@attune/functions/events/messages";
import { statusChangeOf } from "@attune/functions/events/status-change";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { at, id, imageOf, recordOf } from "../fixtures/stream-records.ts";

function messagesOf(record: DynamoDBRecord): EventMessage[] {
  const change = statusChangeOf(record);
  if (change === undefined) return [];
  return eventBodies(change).map((body) => EventMessage.parse(JSON.parse(body)));
}

const about = { execution_id: id, action_ref: "core.echo", parent: null, enforcement: 42 };

describe("a stream record", () => {
  it("of a creation says that there was nothing before", () => {
    const [message, ...more] = messagesOf(recordOf(undefined, imageOf("requested", 1)));
    expect(more).toEqual([]);
    expect(message).toEqual({
      message_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/),
      correlation_id: expect.any(String),
      message_type: "execution.status_changed",
      version: "1.0",
      timestamp: at,
      headers: { source_service: "executions", retry_count: 0 },
      payload: { ...about, previous_status: null, new_status: "requested", changed_at: at },
    });
  });

  it("of an end says so in a message of its own, after the change", () => {
    const end = { parent: { N: "7" }, enforcement: undefined };
    const messages = messagesOf(recordOf(imageOf("running", 5), imageOf("failed", 6, end)));
    expect(messages.map(({ message_type, payload }) => ({ message_type, payload }))).toEqual([
      {
        message_type: "execution.status_changed",
        payload: {
          ...about,
          parent: 7,
          enforcement: null,
          previous_status: "running",
          new_status: "failed",
          changed_at: at,
        },
      },
      {
        message_type: "execution.completed",
        payload: { ...about, parent: 7, enforcement: null, status: "failed", completed_at: at },
      },
    ]);
  });

  it.each([
    ["a heartbeat", recordOf(imageOf("running", 5), imageOf("running", 5, { beat: { S: at } }))],
    ["a deletion", recordOf(imageOf("completed", 6))],
  ])("of %s says nothing", (_, record) => {
    expect(messagesOf(record)).toEqual([]);
  });

  it("makes the same message each time, and another one for each change", () => {
    const running = recordOf(imageOf("scheduled", 4), imageOf("running", 5));
    const failed = recordOf(imageOf("running", 5), imageOf("failed", 6));
    expect(messagesOf(running)).toEqual(messagesOf(running));
    const all = [...messagesOf(running), ...messagesOf(failed)];
    expect(new Set(all.map(({ message_id }) => message_id)).size).toBe(3);
    expect(new Set(all.map(({ correlation_id }) => correlation_id)).size).toBe(1);
  });

  it("makes messages of characters that SQS takes", () => {
    const image = imageOf("requested", 1, { action_ref: { S: "\u{1F600}.\uffff" } });
    const change = statusChangeOf(recordOf(undefined, image));
    const [body = ""] = change ? eventBodies(change) : [];
    expect(body).not.toMatch(/[\uD800-\uDFFF\uFFFE\uFFFF]/);
    expect(JSON.parse(body).payload.action_ref).toBe("\u{1F600}.\uffff");
  });

  it.each([
    ["no image", recordOf()],
    ["a status that is none", recordOf(undefined, imageOf("paused", 1))],
    ["an execution that is none", recordOf(undefined, { key: { S: "x" } })],
  ])("with %s cannot be read", (_, record) => {
    expect(() => statusChangeOf(record)).toThrow();
  });
});
