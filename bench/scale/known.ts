/** What the drawn executions are: totals to hold the answers to, and values that find few or many. */
import { meets, namesOf } from "@attune/domain/filter";
import { timeOf } from "@attune/domain/ids";
import type { ExecutionRecord } from "@attune/store/record";
import { type Past, population } from "../../scripts/seed/population.ts";
import type { ListQuery } from "../../test/fixtures/list-model.ts";

export type Known = Pick<
  ExecutionRecord,
  "id" | "status" | "action_ref" | "enforcement" | "parent" | "executor" | "original_execution"
>;

export function knownOf(past: Past): Known[] {
  return Array.from(population(past), ({ record }) => ({
    id: record.id,
    status: record.status,
    action_ref: record.action_ref,
    enforcement: record.enforcement,
    parent: record.parent,
    executor: record.executor,
    original_execution: record.original_execution,
  }));
}

/** How many match; of a search, nothing is known here. */
export function totalOf(
  known: readonly Known[],
  { filter, ...range }: ListQuery,
): number | undefined {
  if (filter.result_contains !== undefined) return undefined;
  const names = namesOf(filter);
  const after = Date.parse(range.created_after ?? "1970-01-01");
  const before = Date.parse(range.created_before ?? "2100-01-01");
  return known.filter((one) => {
    const created = timeOf(one.id);
    return created >= after && created < before && meets(filter, one, names);
  }).length;
}

/** The value that most have, and one that few have: about twenty. */
export function valuesOf<T>(values: readonly (T | undefined)[]): { many: T; few: T } {
  const counts = new Map<T, number>();
  for (const value of values)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one);
  const [many] = byCount[0] ?? [];
  const [few = many] = byCount.find(([, count]) => count <= 20) ?? [];
  if (many === undefined || few === undefined) throw new Error("There is none");
  return { many, few };
}
