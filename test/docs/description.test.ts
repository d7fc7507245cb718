import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { description, undescribed } from "../fixtures/description.ts";

const queues: unknown = JSON.parse(
  readFileSync(new URL("../../docs/asyncapi.json", import.meta.url), "utf8"),
);

/** What the linter has against a document, in its strictest form. */
async function problemsOf(document: unknown): Promise<string[]> {
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: "document.json",
    config: await createConfig({
      extends: ["recommended-strict"],
      rules: {
        // The service is not given away.
        "info-license": "off",
        // API Gateway takes a segment as it is before it takes a parameter, `/status/{status}` before `/{id}/cancel`.
        "no-ambiguous-paths": "off",
      },
    }),
  });
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
  );
}

describe("the description of the API", () => {
  it("is OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...structuredClone(description) });
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe("3.1");
  });

  it("has nothing that the linter objects to", async () => {
    expect(await problemsOf(description)).toEqual([]);
    expect(await problemsOf({ ...description, servers: [] })).not.toEqual([]);
  });
});

describe("an answer", () => {
  const answered = (status: number, body: unknown, more: object = {}) =>
    undescribed({
      method: "POST",
      path: "/api/v1/executions/7/heartbeat",
      status,
      contentType: "application/json; charset=utf-8",
      body: JSON.stringify(body),
      ...more,
    });
  const data = { cancel_requested: false, status: "running" };

  it("is described", () => {
    expect(answered(200, { data })).toEqual([]);
    expect(answered(409, { error: "It is completed", status: 409 })).toEqual([]);
    expect(answered(503, { message: "Service Unavailable" })).toEqual([]);
    expect(answered(405, {}, { method: "GET" })).toEqual([]);
  });

  it.each([
    ["of another status", answered(202, { data })],
    ["with a field more", answered(200, { data: { ...data, attempt: 1 } })],
    ["with a field less", answered(200, { data: { status: "running" } })],
    ["with another value", answered(200, { data: { ...data, status: "asleep" } })],
    ["in another media type", answered(200, { data }, { contentType: "text/html" })],
    ["that is no error of ours", answered(409, { message: "Conflict" })],
    ["of a path without an operation", answered(200, { data }, { path: "/api/v1/executions/7/x" })],
  ])("%s is not", (_, faults) => {
    expect(faults).toHaveLength(1);
  });
});

describe("the description of the messages", () => {
  const { components } = z
    .object({
      components: z.object({
        messages: z.record(
          z.string(),
          z.object({
            payload: z.object({ $ref: z.string() }),
            examples: z.tuple([z.object({ payload: z.unknown() })]),
          }),
        ),
        schemas: z.record(z.string(), z.unknown()),
      }),
    })
    .parse(queues);

  it("is AsyncAPI 3, and has nothing that the linter objects to", async () => {
    expect(await problemsOf(queues)).toEqual([]);
    expect(await problemsOf({ ...Object(queues), channels: 1 })).not.toEqual([]);
  });

  it.each(Object.entries(components.messages))("shows %s as it is", (_, { payload, examples }) => {
    const ajv = new Ajv({ allErrors: true });
    addFormats.default(ajv);
    ajv.addVocabulary(["components"]);
    ajv.addSchema({ $id: "queues:", components: { schemas: components.schemas } });
    const validate = ajv.compile({ $ref: `queues:${payload.$ref}` });
    expect([validate(examples[0].payload), validate.errors]).toEqual([true, null]);
    // A queue's message says what it is as `message_type`, and one of the WebSocket as `type`.
    const other = { message_type: "other", type: "other" };
    expect(validate({ ...Object(examples[0].payload), ...other })).toBe(false);
  });
});
