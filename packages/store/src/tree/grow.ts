/** Growing a tree of executions: breadth first, level by level, up to a depth and a size. */
import { readChildIds } from "../child-ids.ts";
import { readRows } from "../list/rows.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";

/** What a tree may have. */
export interface Bounds {
  /** Levels below the root. */
  readonly depth: number;
  /** Executions, the root included. */
  readonly size: number;
}

/** An execution of a tree, and its children as far as they are read, oldest first. */
export interface Branch {
  readonly row: Row;
  readonly children: Branch[];
  /** Its other children: nobody looked for them, there are more, or there are none. */
  rest: "unread" | "more" | "none";
}

/** Queries that are made at the same time. */
const AT_ONCE = 32;

const branchOf = (row: Row): Branch => ({ row, children: [], rest: "unread" });

/**
 * Reads the ids of the children of some branches, `most` in all: in rounds, in which all that are open have an equal
 * share. A query for each branch, and one more for each further share.
 */
async function readLevel(store: Store, level: readonly Branch[], most: number) {
  const found = new Map<Branch, number[]>(level.map((branch) => [branch, []]));
  let left = most;
  let open = level;
  while (open.length > 0 && left > 0) {
    const asked = open.slice(0, Math.min(left, AT_ONCE));
    const share = Math.max(1, Math.floor(left / open.length));
    const read = await Promise.all(
      asked.map(async (branch) => {
        const ids = found.get(branch) ?? [];
        const more = await readChildIds(store, branch.row.id, ids.at(-1) ?? null, share);
        ids.push(...more.ids);
        branch.rest = more.isMore ? "more" : "none";
        return more.ids.length;
      }),
    );
    left -= read.reduce((sum, count) => sum + count, 0);
    open = [...open.slice(asked.length), ...asked.filter(({ rest }) => rest === "more")];
  }
  return found;
}

/**
 * The tree below an execution. An item is half a read unit, and so is the question for its children: no more than a
 * unit for each execution in the tree.
 */
export async function grow(store: Store, root: Row, { depth, size }: Bounds): Promise<Branch> {
  const top = branchOf(root);
  let left = size - 1;
  let level: readonly Branch[] = [top];
  for (let below = 0; below < depth && level.length > 0; below++) {
    const found = await readLevel(store, level, left);
    // An execution has one parent: a circle, which ids that were guessed could make, comes back to the root.
    const ids = [...found.values()].flat().filter((id) => id !== root.id);
    const rows = new Map((await readRows(store, ids)).rows.map((row) => [row.id, row]));
    for (const [branch, children] of found)
      branch.children.push(...children.flatMap((id) => rows.get(id) ?? []).map(branchOf));
    level = level.flatMap(({ children }) => children);
    left -= ids.length;
  }
  return top;
}
