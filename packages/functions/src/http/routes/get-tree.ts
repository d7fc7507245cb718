import type { TreeNode } from "@attune/domain/answers";
import { textsOf } from "@attune/domain/json-text";
import { summaryOf } from "@attune/store/record";
import { type Node, readTree } from "@attune/store/tree/read-tree";
import { routes } from "@attune/topology/routes";
import * as z from "zod/mini";
import { store } from "../../resources.ts";
import { dataAnswer, notFound } from "../answer.ts";
import { endpoint } from "../endpoint.ts";
import { countUpToParam, IdParam } from "../params.ts";

const query = {
  depth: z._default(countUpToParam(10), 3),
  limit: z._default(countUpToParam(1_000), 200),
};

/** Where the list of all children is, in the order of the tree. */
const listOf = (id: number) =>
  `${routes.listChildren.path.replace("{id}", String(id))}?sort=created`;

const shownOf = ({ row, counts, truncated, children }: Node): TreeNode => ({
  ...summaryOf(row),
  ...{ counts, truncated, more: truncated ? listOf(row.id) : null },
  children: children.map(shownOf),
});

const nodesOf = (node: Node): Node[] => [node, ...node.children.flatMap(nodesOf)];

/** `GET /{id}/tree`: the execution and what is below it, breadth first. */
export const getTree = endpoint(
  { path: { id: IdParam }, query },
  async ({ id }, { depth, limit: size }) => {
    const tree = Number.isSafeInteger(Number(id))
      ? await readTree(store, Number(id), { depth, size })
      : undefined;
    if (tree === undefined) throw notFound(id);
    const nodes = nodesOf(tree);
    const truncated = nodes.some((node) => node.truncated);
    return dataAnswer(JSON.stringify(shownOf(tree)), {
      beside: textsOf({ nodes: nodes.length, truncated }),
    });
  },
);
