import { Status } from "@attune/domain/lifecycle";
import { finals } from "@attune/domain/stats";
import { countChanges } from "@attune/store/counters/count-changes";
import { ExecutionRecord } from "@attune/store/record";
import { type Node, readTree } from "@attune/store/tree/read-tree";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../../fixtures/random.ts";
import { startStore } from "../../fixtures/store.ts";

const fixture = await startStore();
afterAll(() => fixture.stop());

interface Planted {
  readonly id: number;
  readonly parent: number | undefined;
  readonly status: Status;
}

/** Puts executions where they are to be, and counts them. */
async function plant(all: readonly Planted[]): Promise<void> {
  const { store } = fixture;
  const records = all.map((one) =>
    ExecutionRecord.parse({
      ...one,
      ...{ owner: "executor", version: 1, attempt: 0, action_ref: "core.x", pool: "default" },
      ...{ updated: "2026-11-22T20:43:42.137Z", idempotency_key: "x", ledger: `p${one.id % 8}` },
    }),
  );
  await Promise.all(
    records.map((Item) =>
      store.client.send(new PutCommand({ TableName: store.tables.Executions, Item })),
    ),
  );
  await countChanges(
    store,
    records.map(({ action_ref, parent, ...record }) => ({
      ...record,
      membership: { action_ref, parent },
    })),
  );
}

const nodesOf = (node: Node): Node[] => [node, ...node.children.flatMap(nodesOf)];
const levelsOf = (level: readonly Node[]): (readonly Node[])[] =>
  level.length === 0 ? [] : [level, ...levelsOf(level.flatMap(({ children }) => children))];

async function treeOf(id: number, depth: number, size: number): Promise<Node> {
  const tree = await readTree(fixture.store, id, { depth, size });
  if (tree === undefined) throw new Error(`There is no tree at ${id}`);
  return tree;
}

describe("the tree of many", () => {
  const root = 1_000_000;
  const random = randomFrom(7);
  /** Half of them below the newer ones, so that it is deep; some have many children. */
  const all: Planted[] = [{ id: root, parent: undefined, status: "running" }];
  for (let at = 1; at < 240; at++) {
    const parent = all[random.below(2) === 0 ? all.length - 1 - random.below(3) : random.below(9)];
    const status = Status.options[random.below(Status.options.length)] ?? "running";
    all.push({ id: root + at * 100, parent: parent?.id ?? root, status });
  }
  const childrenOf = (id: number) => all.filter(({ parent }) => parent === id);
  const levels = (depth: number, level = childrenOf(root)): number =>
    depth === 0
      ? 0
      : level.length +
        levels(
          depth - 1,
          level.flatMap(({ id }) => childrenOf(id)),
        );
  beforeAll(() => plant(all));

  const bounds = fc.record({
    depth: fc.integer({ min: 1, max: 12 }),
    size: fc.integer({ min: 1, max: 260 }),
  });

  it("has as many as it may, level by level, with equal shares and exact counts", async () => {
    await fc.assert(
      fc.asyncProperty(bounds, async ({ depth, size }) => {
        const tree = await treeOf(root, depth, size);
        const nodes = nodesOf(tree);
        expect(nodes).toHaveLength(Math.min(size, 1 + levels(depth)));
        expect(new Set(nodes.map(({ row }) => row.id)).size).toBe(nodes.length);

        for (const { row, counts, truncated, children } of nodes) {
          const planted = childrenOf(row.id);
          const ended = finals.map((status) => [
            status,
            planted.filter((one) => one.status === status).length,
          ]);
          expect(counts).toMatchObject({ total: planted.length, ...Object.fromEntries(ended) });
          expect(truncated).toBe(children.length < planted.length);
          // The oldest ones, in order.
          const ids = planted.map(({ id }) => id).slice(0, children.length);
          expect(children.map((child) => child.row.id)).toEqual(ids);
        }

        const byLevel = levelsOf([tree]);
        const cut = byLevel.findIndex((level) => level.some(({ truncated }) => truncated));
        if (cut === -1) return;
        expect(byLevel.length).toBeLessThanOrEqual(cut + 2);
        const shares = (byLevel[cut] ?? []).filter(({ truncated }) => truncated);
        const least = Math.min(...shares.map(({ children }) => children.length));
        for (const { children } of byLevel[cut] ?? [])
          expect(children.length).toBeLessThanOrEqual(least + 1);
      }),
      { numRuns: 30 },
    );
  });

  it("counts what has not ended", async () => {
    const { counts } = await treeOf(root, 1, 1);
    const { total, unfinished, ...ended } = counts;
    expect(unfinished).toBe(total - Object.values(ended).reduce((sum, one) => sum + one));
    expect(await treeOf(root, 1, 260)).toMatchObject({ counts });
  });
});

it("a circle is gone round once", async () => {
  const [one, other, third] = [2_000_000, 2_000_100, 2_000_200];
  await plant([
    { id: one, parent: third, status: "running" },
    { id: other, parent: one, status: "running" },
    { id: third, parent: other, status: "running" },
  ]);
  const nodes = nodesOf(await treeOf(other, 10, 100));
  expect(nodes.map(({ row }) => row.id)).toEqual([other, third, one]);
});

it("an execution that is its own parent has itself for a child that is not in the tree", async () => {
  const id = 3_000_000;
  await plant([{ id, parent: id, status: "completed" }]);
  expect(await treeOf(id, 3, 10)).toMatchObject({ children: [] });
});

it("an execution that nobody has counted yet is in the tree", async () => {
  const { request } = fixture;
  const parent = await request();
  const children = [];
  for (let made = 0; made < 3; made++) children.push(await request({ parent: parent.id }));
  const whole = await treeOf(parent.id, 3, 10);
  expect(whole.children.map(({ row }) => row.id)).toEqual(children.map(({ id }) => id));
  expect(whole).toMatchObject({ truncated: false, counts: { total: 3, unfinished: 3 } });
  const cut = await treeOf(parent.id, 3, 2);
  expect(cut.children).toHaveLength(1);
  expect(cut).toMatchObject({ truncated: true, counts: { total: 2, unfinished: 2 } });
});

it("there is no tree of an execution that is not there", async () => {
  expect(await readTree(fixture.store, 999, { depth: 3, size: 10 })).toBeUndefined();
});
