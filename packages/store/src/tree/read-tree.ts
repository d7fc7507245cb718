/** Reading the tree of an execution, with the numbers of children of each. */
import type { TreeCounts } from "@attune/domain/answers";
import { finals } from "@attune/domain/stats";
import { readTotals } from "../counters/read-totals.ts";
import type { Field, Tally } from "../counters/tally.ts";
import { readRecord } from "../read-execution.ts";
import type { Row } from "../record.ts";
import type { Store } from "../store.ts";
import { type Bounds, type Branch, grow } from "./grow.ts";

type Final = (typeof finals)[number];

/** An execution of a tree. */
export interface Node {
  readonly row: Row;
  /** Of all its children, whether they are in the tree or not. */
  readonly counts: TreeCounts;
  /** `true`: some of its children are not in the tree. */
  readonly truncated: boolean;
  /** Oldest first. */
  readonly children: readonly Node[];
}

function countsOf(total: number, numberIn: (status: Final) => number): TreeCounts {
  const ended = {
    completed: numberIn("completed"),
    failed: numberIn("failed"),
    cancelled: numberIn("cancelled"),
    timeout: numberIn("timeout"),
    abandoned: numberIn("abandoned"),
  };
  const sum = Object.values(ended).reduce((one, other) => one + other);
  return { total, ...ended, unfinished: Math.max(0, total - sum) };
}

const tallyOf = ({ row }: Branch, field: Field): Tally => ({
  counter: { kind: "parent", of: row.id },
  field,
});

const countRead = ({ children }: Branch) =>
  countsOf(children.length, (status) => children.filter(({ row }) => row.status === status).length);

/** By the counters, which may be a second behind what is read. */
function countCounted(branch: Branch, numberOf: (tally: Tally) => number, isMore: boolean) {
  const least = branch.children.length + Number(isMore);
  const total = Math.max(numberOf(tallyOf(branch, "created")), least);
  return countsOf(total, (status) => numberOf(tallyOf(branch, status)));
}

/** All branches of a tree. */
const branchesOf = (branch: Branch): Branch[] => [branch, ...branch.children.flatMap(branchesOf)];

function nodeOf(branch: Branch, numberOf: (tally: Tally) => number): Node {
  const { row, children, rest } = branch;
  const counts =
    rest === "none" ? countRead(branch) : countCounted(branch, numberOf, rest === "more");
  return {
    ...{ row, counts, truncated: counts.total > children.length },
    children: children.map((child) => nodeOf(child, numberOf)),
  };
}

/**
 * The tree below an execution, `undefined` where there is none: a read unit for it, one for each further execution at
 * most, and half a unit for the members and for the ends of each group of neighbours whose children are not all in the tree.
 */
export async function readTree(
  store: Store,
  id: number,
  bounds: Bounds,
): Promise<Node | undefined> {
  const root = await readRecord(store, id);
  if (root === undefined) return undefined;
  const top = await grow(store, root, bounds);
  const cut = branchesOf(top).filter(({ rest }) => rest !== "none");
  const fields = ["created", ...finals] as const;
  const tallies = cut.flatMap((branch) => fields.map((field) => tallyOf(branch, field)));
  return nodeOf(top, await readTotals(store, tallies));
}
