import { memberTexts } from "@attune/domain/json-text";
import { ExecutionScheduled } from "@attune/domain/messages";
import { scheduledMessage } from "@attune/functions/executor/publish";
import type { ExecutionRecord } from "@attune/store/record";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const record: ExecutionRecord = {
  id: 374018138035016,
  status: "scheduled",
  owner: "worker",
  version: 4,
  attempt: 1,
  updated: "2026-11-22T20:43:42.137Z",
  action_ref: "core.echo",
  action: 5,
  enforcement: 42,
  pool: "default",
  idempotency_key: "k",
  ledger: "p",
};
const correlationId = "0f7c1b6e-5d0c-4a53-9a53-6c8a8b9a3f10";
const now = "2026-11-22T20:43:42.500Z";

const messageOf = (config: string | null, more: Partial<ExecutionRecord> = {}) =>
  scheduledMessage(
    {
      record: { ...record, ...(config === null ? {} : { config: { text: config } }), ...more },
      correlationId,
    },
    config,
    now,
  );
const payloadOf = (message: string) => memberTexts(memberTexts(message).get("payload") ?? "");

describe("execution.scheduled", () => {
  it("is the contract's message", () => {
    const { message_id, ...rest } = ExecutionScheduled.parse(JSON.parse(messageOf('{"n":1}')));
    expect(message_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(rest).toEqual({
      correlation_id: correlationId,
      message_type: "execution.scheduled",
      version: "1.0",
      timestamp: now,
      headers: { source_service: "executions", retry_count: 0 },
      payload: {
        execution_id: 374018138035016,
        action: 5,
        action_ref: "core.echo",
        config: { n: 1 },
        parent: null,
        enforcement: 42,
        attempt: 1,
        timeout_seconds: null,
        scheduled_at: "2026-11-22T20:43:42.137Z",
      },
    });
  });

  it("has an id of its own each time", () => {
    const ids = [messageOf(null), messageOf(null)].map((text) =>
      memberTexts(text).get("message_id"),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("omits a config that is too large only once it is escaped for SQS", () => {
    const config = JSON.stringify("😀".repeat(20_000));
    expect(Buffer.byteLength(config)).toBeLessThan(90_000);
    const payload = payloadOf(messageOf(config));
    expect(payload.get("config")).toBe("null");
    expect(payload.get("config_omitted")).toBe("true");
  });

  it("says null for no config, and does not call it omitted", () => {
    const payload = payloadOf(messageOf(null));
    expect(payload.get("config")).toBe("null");
    expect(payload.has("config_omitted")).toBe(false);
  });

  it.each([
    '{"b":1,"a":12345678901234567890,"2":-0,"1":1e400,"__proto__":1.10}',
    "[ 1.0 , 2 ]",
    '"text"',
    "0.10",
  ])("carries the config to the letter: %s", (config) => {
    expect(payloadOf(messageOf(config)).get("config")).toBe(config);
  });

  it("carries any text in characters that SQS takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        const value = { [one]: other, "\u{1F600}": "\uFFFE\uFFFF\u{10FFFF}" };
        const text = messageOf(JSON.stringify(value), { action_ref: `a${other}` });
        expect(text).not.toMatch(/[\uD800-\uDFFF\uFFFE\uFFFF]/);
        const { payload } = ExecutionScheduled.parse(JSON.parse(text));
        expect(payload.config).toEqual(JSON.parse(JSON.stringify(value)));
        expect(payload.action_ref).toBe(`a${other}`);
      }),
    );
  });

  it("omits a config of more than 90,000 bytes, and says so", () => {
    const fits = JSON.stringify("x".repeat(89_998));
    expect(payloadOf(messageOf(fits)).get("config")).toBe(fits);
    for (const tooLarge of [
      JSON.stringify("x".repeat(89_999)),
      // Half as many characters, of two bytes each.
      JSON.stringify("é".repeat(45_000)),
    ]) {
      const payload = payloadOf(messageOf(tooLarge));
      expect(payload.get("config")).toBe("null");
      expect(payload.get("config_omitted")).toBe("true");
    }
  });
});
