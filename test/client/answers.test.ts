/** The client checks no answer, so that its types are held to what the service answers here. */
import { type Client, createClient } from "@attune/client/create-client";
import { isFinal } from "@attune/client/final";
import type { Aggregates, StatsQuery } from "@attune/client/stats";
import { GroupRow, LogPagination, StatusRow } from "@attune/domain/answers";
import { isFinal as isFinalInTheTable, Status } from "@attune/domain/lifecycle";
import { LogLine } from "@attune/domain/logs";
import { Execution } from "@attune/domain/view";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { List } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";

const Row = z.strictObject(GroupRow.shape);
const Outcome = Row.omit({ since: true, action_ref: true, pack_name: true });
const Since = { since: z.iso.datetime() };

/** What is asked, and a row of what is answered: one that is not as the types say does not compile. */
const asked = <const Q extends StatsQuery>(
  query: Q,
  row: z.ZodType<Aggregates<Q>["rows"][number]>,
) => ({ query, row });
const since = new Date(Date.now() - 3_600_000);
const questions = [
  asked({ since: "2026-01-01" }, Outcome),
  asked({ interval: "day", since }, Outcome.extend(Since)),
  asked({ group_by: "pack_name" }, Outcome.extend({ pack_name: z.literal("core") })),
  asked(
    { group_by: "action_ref", interval: "hour", since },
    Outcome.extend({ ...Since, action_ref: z.enum(["core.echo", "core.fail"]) }),
  ),
  asked(
    { group_by: "status", until: "2100-01-01" },
    z.strictObject(StatusRow.shape).omit({ since: true }),
  ),
] as const;

let stack: LocalStack;
let client: Client;
beforeAll(async () => {
  stack = await startLocalStack();
  client = createClient({ url: stack.api });
  for (const action_ref of ["core.echo", "core.fail"])
    await client.executions.wait((await client.executions.request({ action_ref })).id);
  await until(client.executions.stats, ({ completed, failed }) => completed + failed === 2);
});
afterAll(() => stack.stop());

describe("an answer is as its type says", () => {
  it("of a list", async () => {
    const page = await client.executions.list({ result_contains: "fail" });
    expect(List.parse(page)).toEqual(page);
    expect(page.data).toHaveLength(1);
  });

  it("of a log", async () => {
    const { data } = await client.executions.list({ action_ref: "core.fail" });
    const page = await client.executions.logs(data[0]?.id ?? 0);
    const Page = z.strictObject({
      data: z.array(z.strictObject(LogLine.shape)),
      pagination: z.strictObject(LogPagination.shape),
    });
    expect(Page.parse(page)).toEqual(page);
    expect(page.data).toHaveLength(1);
  });

  it("of an execution", async () => {
    const { data } = await client.executions.list();
    const execution = await client.executions.get(data[0]?.id ?? 0);
    expect(z.strictObject(Execution.shape).parse(execution)).toEqual(execution);
  });

  it.each(questions)("of stats: $query", async ({ query, row }) => {
    const { rows } = await client.executions.stats(query);
    expect(rows.length).toBeGreaterThan(0);
    for (const one of rows) expect(row.parse(one)).toEqual(one);
  });
});

it("knows the final statuses", () => {
  expect(Status.options.filter(isFinal)).toEqual(Status.options.filter(isFinalInTheTable));
});
