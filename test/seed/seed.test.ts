import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createdOf } from "@attune/domain/ids";
import { Status } from "@attune/domain/lifecycle";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sizeOf } from "../../bench/units.ts";
import { population } from "../../scripts/seed/population.ts";
import { HOUR_MS } from "../../scripts/seed/rhythm.ts";
import { type Api, apiAt } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { type LocalStack, startLocalStack } from "../fixtures/stack.ts";
import { storeAt } from "../fixtures/store.ts";

const main = fileURLToPath(new URL("../../scripts/seed/main.ts", import.meta.url));
const UNTIL = "2026-11-01T00:00:00.000Z";
const count = 300;
const past = {
  count,
  seed: 7,
  since: Date.parse(UNTIL) - 30 * 24 * HOUR_MS,
  until: Date.parse(UNTIL),
};
const seeded = [...population(past)].toReversed();
const records = seeded.map(({ record }) => record);

const seedInto = (DATA_DIR: string, ...more: string[]) =>
  promisify(execFile)(
    process.execPath,
    [main, "--count", String(count), "--months", "1", "--seed", "7", "--until", UNTIL, ...more],
    { env: { ...process.env, DATA_DIR } },
  );

let dataDir: string;
let stack: LocalStack;
let api: Api;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "attune-seed-"));
  const { stdout } = await seedInto(dataDir);
  expect(stdout).toContain(`counted ${count} of ${count}`);
  expect(readdirSync(dataDir)).not.toContain("seeding");
  stack = await startLocalStack({ DATA_DIR: dataDir });
  api = apiAt(stack.api);
});
afterAll(async () => {
  await stack.stop();
  rmSync(dataDir, { recursive: true });
});

describe("a seeded stack", () => {
  it("lists what was drawn, newest first, with its total", async () => {
    const { data, pagination } = await api.list({ per_page: 100, page: 2 });
    expect(data).toEqual(
      records.slice(100, 200).map((record) => ({
        id: record.id,
        action_ref: record.action_ref,
        status: record.status,
        parent: record.parent ?? null,
        enforcement: record.enforcement ?? null,
        created: createdOf(record.id),
        updated: record.updated,
      })),
    );
    expect(pagination).toMatchObject({ total_items: count, total_pages: 3 });
  });

  const first = records[0];
  it.each([
    { action_ref: "core.http" },
    { pack_name: "core" },
    { status: "failed" },
    { enforcement: records.find(({ enforcement }) => enforcement)?.enforcement },
    { parent: records.find(({ parent }) => parent)?.parent },
  ])("counts %o", async (filter) => {
    expect(first).toBeDefined();
    const [[name = "", wanted] = []] = Object.entries(filter);
    const expected = records.filter((record) =>
      name === "pack_name"
        ? record.action_ref.startsWith(`${wanted}.`)
        : new Map<string, unknown>(Object.entries(record)).get(name) === wanted,
    );
    expect(expected.length).toBeGreaterThan(0);
    const { data, pagination } = await api.list({ ...filter, per_page: 1 });
    expect(pagination.total_items).toBe(expected.length);
    expect(data[0]?.id).toBe(expected[0]?.id);
  });

  it("has the stats of a recount", async () => {
    const stats = await api.stats();
    expect(stats.total).toBe(count);
    for (const status of Status.options.filter((one) => one in stats))
      expect(stats[status], status).toBe(records.filter((one) => one.status === status).length);
  });

  it("has heads that are spilled, as the stream leaves them: below a kilobyte", async () => {
    const { client, tables } = storeAt(stack.dynamodb);
    const heads = ["all", "action#core.http", "pack#core"].map((key) => ({ key }));
    const { Responses = {} } = await client.send(
      new BatchGetCommand({ RequestItems: { [tables.Counters]: { Keys: heads } } }),
    );
    client.destroy();
    const sizes = (Responses[tables.Counters] ?? []).map(sizeOf);
    expect(sizes).toHaveLength(heads.length);
    expect(Math.max(...sizes)).toBeLessThan(1_024);
  });

  it("finds results, also those that have an item of their own", async () => {
    const large = seeded.find(({ texts }) => texts.length > 0);
    const text = large?.texts[0]?.text ?? "";
    const needle = text.slice(-60, -40);
    const { data } = await api.list({ result_contains: needle });
    expect(data.map(({ id }) => id)).toEqual([large?.record.id]);
    const one = await api.text(`/${large?.record.id}`);
    expect(one).toContain(text);
  });

  it("has whole histories, each from the request to the end", async () => {
    const ends = Map.groupBy(
      records,
      ({ status, executor }) => `${status} ${executor !== undefined}`,
    );
    expect(ends.size).toBeGreaterThan(5);
    for (const [, [record]] of ends) {
      const { data, complete } = await api.history(record?.id ?? 0);
      expect(complete).toBe(true);
      expect(data.at(0)).toMatchObject({ from: null, to: "requested" });
      expect(data.at(-1)).toMatchObject({ to: record?.status, at: record?.updated });
      const times = data.map(({ at }) => at);
      expect(times).toEqual(times.toSorted());
    }
  });

  it("goes on: a new execution runs, and counts", async () => {
    const { json } = await api.post("", { action_ref: "core.echo" });
    expect(json).toMatchObject({ data: { status: "requested" } });
    await until(
      () => api.stats(),
      ({ completed = 0 }) =>
        completed === records.filter(({ status }) => status === "completed").length + 1,
    );
  });
});

it("leaves a folder alone that a stack uses, or has used", async () => {
  await expect(seedInto(dataDir)).rejects.toThrow("in use by another local stack");
  const used = mkdtempSync(join(tmpdir(), "attune-seed-"));
  await seedInto(used, "--count", "1");
  await expect(seedInto(used)).rejects.toThrow("has data already");
  expect(existsSync(join(used, "dynamodb.db"))).toBe(true);
  rmSync(used, { recursive: true });
});
