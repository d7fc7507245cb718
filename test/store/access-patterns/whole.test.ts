import { accessPatterns } from "@attune/store/access-patterns/index";
import { functions, type Lambda } from "@attune/topology/functions";
import { type Route, routes } from "@attune/topology/routes";
import { tables as definitions } from "@attune/topology/tables";
import { describe, expect, it } from "vitest";

const patterns = Object.entries(accessPatterns);

/** The function that makes a request for whatever a pattern serves: a route's, or the function itself. */
const functionOf = (served: string): string | undefined =>
  Object.hasOwn(routes, served)
    ? (routes as Readonly<Record<string, Route>>)[served]?.function
    : Object.keys(functions).find((name) => name === served);

describe("the access patterns as a whole", () => {
  it("hold no Scan, and a purpose and somebody to serve each", () => {
    const operations = ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"];
    for (const [name, { operation, purpose, serves }] of patterns) {
      expect(operations, name).toContain(operation);
      expect(purpose, name).toMatch(/^[A-Z].*\.$/);
      expect(serves, name).not.toEqual([]);
      expect(new Set(serves).size, name).toBe(serves.length);
    }
  });

  it("name the table that they work on", () => {
    expect(patterns.map(([, { table }]) => table).filter((one) => !(one in definitions))).toEqual(
      [],
    );
  });

  it("serve routes and functions that exist", () => {
    for (const [name, { serves }] of patterns)
      for (const served of serves) expect(functionOf(served), `${name}: ${served}`).toBeDefined();
  });

  it("leave out functions with routes, whose routes they name", () => {
    const withRoutes = new Set<string>(Object.values(routes).map((route) => route.function));
    for (const [name, { serves }] of patterns)
      expect(
        serves.filter((served) => withRoutes.has(served)),
        name,
      ).toEqual([]);
  });

  it.each(Object.entries<Lambda>(functions))(
    "are all that the role of %s may do to tables, and it may do all of them",
    (name, lambda) => {
      const used = patterns
        .filter(([, { serves }]) => serves.some((served) => functionOf(served) === name))
        .map(([, { operation, table }]) => `${operation} ${table}`);
      const allowed = Object.entries(lambda.tables).flatMap(([table, actions]) =>
        actions.map((action) => `${action} ${table}`),
      );
      expect(allowed.toSorted()).toEqual([...new Set(used)].toSorted());
    },
  );
});
