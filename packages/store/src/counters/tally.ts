/** What is counted: which executions, and which of them. */
import { packOf } from "@attune/domain/execution";
import { Status } from "@attune/domain/lifecycle";
import { groupTree, type Tree, wideTree } from "./buckets.ts";

/** All executions, or those of an action, a pack, an enforcement or a parent. */
export type Counter =
  | { readonly kind: "all" }
  | { readonly kind: "action" | "pack"; readonly of: string }
  | { readonly kind: "enforcement" | "parent"; readonly of: number };

/** The counters that keep every field, and the time buckets. */
export type Wide = Extract<Counter, { kind: "all" | "action" | "pack" }>;
/** The counters of which there are too many for that. */
export type Group = Exclude<Counter, Wide>;

/** Those without a parent in a status. */
type TopLevel = `top_${Status}`;
export const topLevel = <S extends Status>(status: S): `top_${S}` => `top_${status}`;

/** Those in a status, all of them, and the same without a parent. */
export type Field = Status | "created" | TopLevel | "top_level";

/** Whether a field has those without a parent alone. */
export const isOfTops = (field: Field): boolean => field.startsWith("top_");

/** Executions of one counter in one field. */
export interface Tally {
  readonly counter: Counter;
  readonly field: Field;
}

/**
 * The fields that never take an execution back, and their letters in the names of attributes. A status that
 * is passed through has none: it is written twice for each execution, and pages of it are few.
 */
export const letters = {
  created: "C",
  top_level: "T",
  completed: "D",
  failed: "F",
  cancelled: "X",
  timeout: "L",
  abandoned: "A",
  top_completed: "E",
  top_failed: "G",
  top_cancelled: "Y",
  top_timeout: "M",
  top_abandoned: "B",
} as const satisfies Partial<Record<Field, string>>;
export type Lasting = keyof typeof letters;

/** A letter → its field. */
export const lastingOf: Readonly<Record<string, Lasting>> = Object.fromEntries(
  (Object.keys(letters) as Lasting[]).map((field) => [letters[field], field]),
);

export const isLasting = (field: Field): field is Lasting => field in letters;

export const isGroup = (counter: Counter): counter is Group =>
  counter.kind === "enforcement" || counter.kind === "parent";

/** Whether the counters know it: all but the statuses that are passed through, and what has no parent, of a group. */
export function isCounted({ counter, field }: Tally): boolean {
  return !isGroup(counter) || (isLasting(field) && !isOfTops(field));
}

/** The lasting fields that a group counts by time: all its members, and those that ended otherwise than completed. */
const timed: readonly Field[] = ["created", "failed", "cancelled", "timeout", "abandoned"];

/** Whether it is counted by time. */
export const hasPositions = ({ counter, field }: Tally): boolean =>
  isGroup(counter) ? timed.includes(field) : isLasting(field);

/** How some tallies count by time: they are all of groups, or none is. */
export const treeOf = (tallies: readonly Tally[]): Tree =>
  tallies.some(({ counter }) => isGroup(counter)) ? groupTree : wideTree;

/** What decides on which counters an execution counts. None of it ever changes. */
export interface Membership {
  readonly action_ref: string;
  readonly enforcement?: number | undefined;
  readonly parent?: number | undefined;
}

export function wideCountersOf({ action_ref }: Pick<Membership, "action_ref">): Wide[] {
  const pack = packOf(action_ref);
  return [
    { kind: "all" },
    { kind: "action", of: action_ref },
    ...(pack === undefined ? [] : [{ kind: "pack", of: pack } as const]),
  ];
}

export function groupsOf({
  enforcement,
  parent,
}: Pick<Membership, "enforcement" | "parent">): Group[] {
  return [
    ...(enforcement === undefined ? [] : [{ kind: "enforcement", of: enforcement } as const]),
    ...(parent === undefined ? [] : [{ kind: "parent", of: parent } as const]),
  ];
}

/** The lasting fields that an execution in a status counts in. */
export function lastingFieldsOf({ parent }: Membership, status: Status): Lasting[] {
  const isTop = parent === undefined;
  const fields: Field[] = [
    ...["created" as const, status],
    ...(isTop ? ["top_level" as const, topLevel(status)] : []),
  ];
  return fields.filter(isLasting);
}

/** The totals of all, or of those without a parent: by status. */
export const totalFields = {
  created: Status.options,
  top_level: Status.options.map(topLevel),
} as const satisfies Partial<Record<Field, readonly Field[]>>;
