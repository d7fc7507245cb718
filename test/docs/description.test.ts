import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, it } from "vitest";
import { description } from "../fixtures/description.ts";

it("is OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone({ ...description }));
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(validator.version).toBe("3.1");
});

it("is what the linter recommends", async () => {
  const problems = await lintFromString({
    source: JSON.stringify(description),
    absoluteRef: "openapi.json",
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
  expect(
    problems.map(
      ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
    ),
  ).toEqual([]);
});
