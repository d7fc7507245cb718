import { functions } from "@attune/topology/functions";
import { type Route, routes } from "@attune/topology/routes";
import { describe, expect, it } from "vitest";

/** API Gateway gives up on a function after as many seconds. */
const GATEWAY_SECONDS = 30;

describe.each(Object.entries<Route>(routes))("the route %s", (_, route) => {
  it("is served by a function that answers before API Gateway gives up", () => {
    expect(functions[route.function].timeout).toBeLessThan(GATEWAY_SECONDS);
  });

  it("reads with GET, and asks for the scope of its function", () => {
    const scopes = {
      query: "executions:read",
      command: "executions:write",
      work: "executions:work",
      inspect: "executions:read",
      describe: "none",
    } as const;
    expect(route.scope).toBe(scopes[route.function]);
    expect(route.method).toBe(
      ["query", "inspect", "describe"].includes(route.function) ? "GET" : "POST",
    );
  });

  it("has a path without a slash at its end, and parameters that are whole segments", () => {
    expect(route.path).toMatch(/^(\/(\{[a-z_]+\}|[a-z0-9.]+))+$/);
  });
});

it("has one route for a method and a path, whatever its parameters are called", () => {
  const keys = Object.values(routes).map(
    ({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`,
  );
  expect(new Set(keys).size).toBe(keys.length);
});

it("has the routes of the contract", () => {
  const keys = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
  expect(keys).toEqual(
    expect.arrayContaining([
      "GET /api/v1/executions",
      "GET /api/v1/executions/{id}",
      "GET /api/v1/executions/status/{status}",
      "GET /api/v1/executions/enforcement/{enforcement_id}",
      "GET /api/v1/executions/stats",
      "POST /api/v1/executions",
      "POST /api/v1/executions/{id}/claim",
      "POST /api/v1/executions/{id}/heartbeat",
      "POST /api/v1/executions/{id}/finish",
      "GET /api/v1/openapi.json",
      "GET /docs",
    ]),
  );
});
