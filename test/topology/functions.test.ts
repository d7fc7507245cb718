import { readFileSync } from "node:fs";
import { join } from "node:path";
import { functions, type Lambda } from "@attune/topology/functions";
import { liveAuthorizer, liveRoutes } from "@attune/topology/live";
import { queues } from "@attune/topology/queues";
import { routes } from "@attune/topology/routes";
import { tables } from "@attune/topology/tables";
import { queueTriggers, scheduleTriggers, streamTriggers } from "@attune/topology/triggers";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const started: readonly string[] = [
  "fallback",
  liveAuthorizer,
  ...Object.values(liveRoutes),
  ...[
    ...Object.values(routes),
    ...Object.values(queueTriggers),
    ...Object.values(streamTriggers),
    ...Object.values(scheduleTriggers),
  ].map((one): string => one.function),
];

describe.each(Object.entries<Lambda>(functions))("the function %s", (name, lambda) => {
  it("has a handler", () => {
    const file = join(root, lambda.handler.replace(/\.handler$/, ".ts"));
    expect(readFileSync(file, "utf8")).toMatch(/^export const handler = /m);
  });

  it("is started by something", () => {
    expect(started).toContain(name);
  });

  it("has time and memory that Lambda offers", () => {
    expect(lambda.timeout).toBeGreaterThanOrEqual(1);
    expect(lambda.timeout).toBeLessThanOrEqual(900);
    expect(lambda.memory).toBeGreaterThanOrEqual(128);
    expect(lambda.memory).toBeLessThanOrEqual(10_240);
  });

  it("may use tables and queues that exist, and says so once", () => {
    const queueNames = Object.keys(queues).flatMap((queue) => [queue, `${queue}Dlq`]);
    expect(Object.keys(lambda.tables).filter((table) => !(table in tables))).toEqual([]);
    expect(Object.keys(lambda.queues).filter((queue) => !queueNames.includes(queue))).toEqual([]);
    for (const actions of [...Object.values(lambda.tables), ...Object.values(lambda.queues)]) {
      expect(actions.length).toBeGreaterThan(0);
      expect(new Set<string>(actions).size).toBe(actions.length);
    }
  });
});

it("has a handler of its own for each function", () => {
  const handlers = Object.values(functions).map(({ handler }) => handler);
  expect(new Set(handlers).size).toBe(handlers.length);
});

it("gives the name of a function to no route", () => {
  expect(Object.keys(functions).filter((name) => name in routes)).toEqual([]);
});

it("ends a scheduled run before the next one", () => {
  for (const [name, { function: target, everyMinutes }] of Object.entries(scheduleTriggers))
    expect(functions[target].timeout, name).toBeLessThanOrEqual(everyMinutes * 60);
});
