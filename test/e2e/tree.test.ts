import type { TreeNode } from "@attune/domain/answers";
import { beforeAll, describe, expect, it } from "vitest";
import { executionsPath, One } from "../fixtures/api.ts";
import { until } from "../fixtures/executions.ts";
import { startService } from "../fixtures/service.ts";

const { api } = await startService({ WORKER: "off" });

async function request(parent?: number, pool?: string): Promise<number> {
  const { json } = await api.post("", { action_ref: "core.x", parent, pool });
  return One.parse(json).data.id;
}

/** Ids, nested. */
type Shape = readonly (number | Shape)[];
const shapeOf = ({ id, children }: TreeNode): Shape => [id, ...children.map(shapeOf)];

const listAt = (id: number) => `${executionsPath}/${id}/children?sort=created`;

let root: number;
let children: [number, number, number];
let grandchildren: [number, number];
beforeAll(async () => {
  root = await request();
  // One after the other, and without a worker pool of that name the second one fails.
  children = [await request(root), await request(root, "nowhere"), await request(root)];
  grandchildren = [await request(children[2]), await request(children[2])];
  await api.post(`/${grandchildren[1]}/cancel`, "");
  await until(
    () => api.stats(),
    ({ pending = 0, failed = 0, total = 0 }) => total === 6 && failed === 1 && pending >= 4,
  );
});

describe("the children of an execution", () => {
  it("are a list as any other, with its filters, pages and cursors", async () => {
    const path = `/${root}/children`;
    const newest = children.toReversed();
    const whole = await api.list({}, path);
    expect(whole.data.map(({ id }) => id)).toEqual(newest);
    expect(whole.data.map(({ parent }) => parent)).toEqual([root, root, root]);
    expect(whole.pagination).toMatchObject({ total_items: 3, complete: true });
    const oldest = await api.list({ sort: "created", per_page: 2 }, path);
    expect(oldest.data.map(({ id }) => id)).toEqual(children.slice(0, 2));
    const cursor = oldest.pagination.next_cursor;
    const next = await api.list({ sort: "created", per_page: 2, cursor }, path);
    expect(next.data.map(({ id }) => id)).toEqual(children.slice(2));
    const failed = await api.list({ status: "failed", parent: 5 }, path);
    expect(failed.data.map(({ id }) => id)).toEqual([children[1]]);
  });

  it("are none of an execution that is not there", async () => {
    expect((await api.list({}, "/999/children")).data).toEqual([]);
    expect((await api.error(`${executionsPath}/x/children`)).status).toBe(400);
  });
});

describe("the tree of an execution", () => {
  it("has what is below it, oldest first, and counts it by how it ended", async () => {
    const { data, nodes, truncated } = await api.tree(root);
    const [first, second, third] = children;
    expect(shapeOf(data)).toEqual([
      root,
      [first],
      [second],
      [third, ...grandchildren.map((id) => [id])],
    ]);
    expect({ nodes, truncated }).toEqual({ nodes: 6, truncated: false });
    expect(data.counts).toEqual({
      ...{ total: 3, completed: 0, failed: 1, cancelled: 0, timeout: 0, abandoned: 0 },
      unfinished: 2,
    });
    const { created, updated } = await api.get(root);
    expect(data).toMatchObject({
      action_ref: "core.x",
      parent: null,
      created,
      updated,
      more: null,
    });
  });

  it("is cut at a depth, and says what is missing and where it is", async () => {
    const { data, nodes, truncated } = await api.tree(root, { depth: 1 });
    expect(shapeOf(data)).toEqual([root, ...children.map((id) => [id])]);
    expect({ nodes, truncated }).toEqual({ nodes: 4, truncated: true });
    const [first, , third] = data.children;
    expect(data).toMatchObject({ truncated: false, more: null });
    expect(first).toMatchObject({ truncated: false, more: null, counts: { total: 0 } });
    expect(third).toMatchObject({
      truncated: true,
      more: listAt(children[2]),
      counts: { total: 2 },
    });
    const more = await fetch(new URL(third?.more ?? "", api.url("")));
    expect(await more.json()).toMatchObject({ data: grandchildren.map((id) => ({ id })) });
  });

  it("is cut at a size", async () => {
    const { data, nodes, truncated } = await api.tree(root, { limit: 3 });
    expect(shapeOf(data)).toEqual([root, [children[0]], [children[1]]]);
    expect({ nodes, truncated }).toEqual({ nodes: 3, truncated: true });
    expect(data).toMatchObject({ truncated: true, more: listAt(root), counts: { total: 3 } });
  });

  it("is of any execution, also one in the middle", async () => {
    const { data } = await api.tree(children[2], { depth: 99, limit: 99_999 });
    expect(shapeOf(data)).toEqual([children[2], ...grandchildren.map((id) => [id])]);
    expect(data.counts).toMatchObject({ total: 2 });
  });

  it.each(["depth=0", "limit=0", "depth=deep", "limit=1.5"])("refuses %s", async (query) => {
    expect((await api.error(`${executionsPath}/${root}/tree?${query}`)).status).toBe(400);
  });

  it("finds nothing where there is nothing", async () => {
    const { status, body } = await api.error(`${executionsPath}/999/tree`);
    expect({ status, body }).toMatchObject({
      ...{ status: 404, body: { error: "Execution with ID 999 not found" } },
    });
  });
});
