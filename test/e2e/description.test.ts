import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, apiAt, One } from "../fixtures/api.ts";
import { type Described, description, operations } from "../fixtures/description.ts";
import { until } from "../fixtures/executions.ts";
import { requestsTo } from "../fixtures/requests.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

/** Requests by chance to each operation. */
const REQUESTS = Number(process.env.REQUESTS ?? 100);
const seed = Number(process.env.SEED ?? 20_261_122);

/** The sweep leaves alone what is here for minutes. */
const patience = { LEASE_SECONDS: "86400" };

let stack: LocalStack;
let api: Api;
/** Operation → executions of its own: handed off, claimed as the examples say, and failed. */
let ids: ReadonlyMap<Described, readonly number[]>;

const kinds = [
  { pool: "default", status: "scheduled", isClaimed: false },
  { pool: "default", status: "scheduled", isClaimed: true },
  { pool: "nowhere", status: "failed", isClaimed: false },
];

async function prepare({ pool, status, isClaimed }: (typeof kinds)[number]): Promise<number> {
  const { text } = await api.post("", { action_ref: "core.echo", pool });
  const { id } = One.parse(JSON.parse(text)).data;
  await until(
    () => api.get(id),
    (execution) => execution.status === status,
  );
  if (isClaimed) await api.post(`/${id}/claim`, { worker_id: 7, attempt: 1 });
  return id;
}

beforeAll(async () => {
  stack = await startLocalStack({ WORKER: "off", ...patience });
  api = apiAt(stack.api);
  const prepared = operations.map(async (one) => {
    const made = await Promise.all(kinds.map(prepare));
    return [one, made] as const;
  });
  ids = new Map(await Promise.all(prepared));
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

describe.each(operations.map((one) => [one.operation.operationId, one] as const))(
  "%s",
  (_, described) => {
    const limits = { timeout: REQUESTS * 600 };
    it("answers whatever it is asked as it is described, and never fails", limits, async () => {
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(
          requestsTo(described, ids.get(described) ?? []),
          async ({ path, init }) => {
            const { status } = await fetch(`${stack.api}${path}`, init);
            seen.add(status);
            expect(status).toBeLessThan(500);
          },
        ),
        { seed, numRuns: REQUESTS },
      );
      expect([...seen].some((status) => status < 300)).toBe(true);
      expect([...seen].some((status) => status >= 400)).toBe(true);
    });
  },
);
