import { isFinal } from "@attune/domain/lifecycle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Api, apiAt, executionsPath, One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

let stack: LocalStack;
let api: Api;
beforeAll(async () => {
  stack = await startLocalStack();
  api = apiAt(stack.api);
  const ids: number[] = [];
  for (const action_ref of ["core.echo", "core.echo", "core.fail", "alone"]) {
    const { json } = await api.post("", { action_ref, config: { message: "No" } });
    ids.push(One.parse(json).data.id);
  }
  await until(
    () => Promise.all(ids.map(api.get)),
    (all) => all.every(({ status }) => isFinal(status)),
  );
  await until(
    () => api.stats(),
    ({ completed, failed }) => completed === 2 && failed === 2,
  );
});
afterAll(() => stack.stop());

const Answer = z.object({
  data: z.strictObject({
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    rows: z.array(z.looseObject({ total: z.int() })),
  }),
});
const aggregate = async (query: string) =>
  Answer.parse(JSON.parse(await api.text(`/stats?${query}`))).data;

const none = { cancelled: 0, timeout: 0, abandoned: 0, unfinished: 0 };
const quick = z.number().min(0).max(20);
const Percentiles = z.strictObject({ p50: quick, p90: quick, p99: quick });

describe("the stats of some time", () => {
  it("say how executions ended, by what they were of", async () => {
    const { rows } = await aggregate("group_by=action_ref");
    const exact = rows.map(({ duration_seconds, ...row }) => {
      Percentiles.parse(duration_seconds);
      return row;
    });
    expect(exact).toEqual([
      { action_ref: "alone", total: 1, completed: 0, failed: 1, failure_rate: 1, ...none },
      { action_ref: "core.echo", total: 2, completed: 2, failed: 0, failure_rate: 0, ...none },
      { action_ref: "core.fail", total: 1, completed: 0, failed: 1, failure_rate: 1, ...none },
    ]);
    expect((await aggregate("group_by=pack_name")).rows).toMatchObject([
      { pack_name: "core", total: 3, failed: 1, failure_rate: 1 / 3 },
    ]);
    expect((await aggregate("group_by=status")).rows).toEqual([
      { status: "completed", total: 2 },
      { status: "failed", total: 2 },
    ]);
  });

  it("say it for each interval, and which time they are of", async () => {
    const since = new Date(Date.now() - 2 * 3_600_000).toISOString();
    const answer = await aggregate(`since=${since}&interval=hour`);
    expect(answer.since).toBe(`${since.slice(0, 13)}:00:00.000Z`);
    expect([answer.since, ...answer.rows.map((row) => row.since)].slice(0, 2)).toEqual([
      answer.since,
      answer.since,
    ]);
    expect(answer.rows.reduce((sum, { total }) => sum + total, 0)).toBe(4);
  });

  it("are of nothing before it all began", async () => {
    expect((await aggregate("until=2024-01-02")).rows).toEqual([
      {
        ...{ total: 0, completed: 0, failed: 0, ...none },
        ...{ failure_rate: null, duration_seconds: null },
      },
    ]);
  });

  it.each([
    ["since=yesterday", "since must be an ISO 8601 time, such as 2026-01-13T10:00:00Z"],
    ["until=1e9", "until must be an ISO 8601 time, such as 2026-01-13T10:00:00Z"],
    ["since=2026-02-01&until=2026-01-01", "since must be before until"],
    ["interval=week", "interval must be minute or hour or day"],
    ["group_by=executor", "group_by must be action_ref or pack_name or status"],
    ["group_by=status&group_by=status", "group_by is given more than once"],
    ["since=2026-01-01&until=2026-01-02&interval=minute", /^These are 1440 intervals of 1 groups/],
  ])("%s is refused", async (query, error) => {
    const { status, body } = await api.error(`${executionsPath}/stats?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({ error: expect.stringMatching(error), status: 400 });
  });
});
