import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAt } from "../fixtures/api.ts";
import { description, operations } from "../fixtures/description.ts";
import { until } from "../fixtures/executions.ts";
import { requestsTo } from "../fixtures/requests.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

/** Requests by chance to each operation. */
const REQUESTS = Number(process.env.REQUESTS ?? 100);
const seed = Number(process.env.SEED ?? 20_261_122);

let stack: LocalStack;
let api: Api;
const ids: number[] = [];

beforeAll(async () => {
  stack = await startLocalStack({ WORKER: "off" });
  api = apiAt(stack.api);
  const request = async (pool: string) =>
    Number(/"id":(\d+)/.exec((await api.post("", { action_ref: "core.echo", pool })).text)?.[1]);
  const handedOff = await Promise.all(Array.from({ length: 6 }, () => request("default")));
  const failed = await Promise.all(Array.from({ length: 3 }, () => request("nowhere")));
  ids.push(...handedOff, ...failed);
  await until(
    () => api.list(),
    ({ data }) => data.every(({ status }) => ["scheduled", "failed"].includes(status)),
  );
});
afterAll(() => stack.stop());

describe("the description", () => {
  it("is served as it is committed", async () => {
    const answer = await fetch(`${stack.api}/api/v1/openapi.json`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await answer.json()).toEqual(description);
  });

  it("is a page that loads nothing and runs nothing", async () => {
    const answer = await fetch(`${stack.api}/docs`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'",
    );
    const page = await answer.text();
    expect(page).not.toMatch(/<script|<link|\bsrc=|url\(|https?:/);
    const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, anchor]) => `#${anchor}`);
    const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, link]) => link);
    for (const { operation } of operations) expect(links).toContain(`#${operation.operationId}`);
    expect(links.filter((link) => !anchors.includes(link ?? ""))).toEqual(["/api/v1/openapi.json"]);
  });
});

/** What the workers may do is tried before there is nothing left to be cancelled. */
const inOrder = operations.toSorted(
  (one, other) => Number(other.path.includes("claim")) - Number(one.path.includes("claim")),
);

describe.each(inOrder.map((one) => ({ ...one, name: one.operation.operationId })))(
  "$name",
  (described) => {
    it("answers whatever it is asked as it is described, and never fails", async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(requestsTo(described, ids), async ({ path, init }) => {
          const { status } = await fetch(`${stack.api}${path}`, init);
          seen.add(status);
          expect(status).toBeLessThan(500);
        }),
        { seed, numRuns: REQUESTS },
      );
      expect([...seen].some((status) => status < 300)).toBe(true);
      expect([...seen].some((status) => status >= 400)).toBe(true);
    });
  },
);
