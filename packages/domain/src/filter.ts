/** What a list may be filtered by, and what each filter means. */
import type { JsonText } from "./json-text.ts";
import type { Status } from "./lifecycle.ts";

export interface Filter {
  /** Any of them. */
  readonly status?: readonly Status[] | undefined;
  /** Any of them. */
  readonly action_ref?: readonly string[] | undefined;
  /** `core` means: `action_ref` starts with `core.` */
  readonly pack_name?: string | undefined;
  readonly enforcement?: number | undefined;
  readonly parent?: number | undefined;
  /** The worker that ran it. */
  readonly executor?: number | undefined;
  /** The execution that it is a new try of. */
  readonly original_execution?: number | undefined;
  /** Without a parent. */
  readonly top_level?: true | undefined;
  /** A substring of the result's JSON text, in any case; `%` and `_` mean themselves. */
  readonly result_contains?: string | undefined;
}
export type FilterName = keyof Filter;

/** What the filters look at, as far as it is known. */
export interface Facts {
  readonly status?: Status | undefined;
  readonly action_ref?: string | undefined;
  readonly enforcement?: number | null | undefined;
  readonly parent?: number | null | undefined;
  readonly executor?: number | null | undefined;
  readonly original_execution?: number | null | undefined;
  readonly result?: JsonText | null | undefined;
}

interface Criterion<N extends FilterName> {
  readonly fact: keyof Facts;
  readonly holds: (facts: Facts, wanted: NonNullable<Filter[N]>) => boolean;
}

const isAmong = <T>(value: T | undefined, wanted: readonly T[]) =>
  value !== undefined && wanted.includes(value);

/** Filter → the fact that it looks at, and its meaning. */
export const criteria: { readonly [N in FilterName]: Criterion<N> } = {
  status: { fact: "status", holds: ({ status }, wanted) => isAmong(status, wanted) },
  action_ref: {
    fact: "action_ref",
    holds: ({ action_ref }, wanted) => isAmong(action_ref, wanted),
  },
  pack_name: {
    fact: "action_ref",
    holds: (facts, wanted) => facts.action_ref?.startsWith(`${wanted}.`) === true,
  },
  enforcement: { fact: "enforcement", holds: (facts, wanted) => facts.enforcement === wanted },
  parent: { fact: "parent", holds: (facts, wanted) => facts.parent === wanted },
  executor: { fact: "executor", holds: (facts, wanted) => facts.executor === wanted },
  original_execution: {
    fact: "original_execution",
    holds: (facts, wanted) => facts.original_execution === wanted,
  },
  top_level: { fact: "parent", holds: ({ parent }) => parent === undefined || parent === null },
  result_contains: {
    fact: "result",
    holds: (facts, wanted) => facts.result?.toLowerCase().includes(wanted.toLowerCase()) === true,
  },
};

/** The filters that are given. */
export const namesOf = (filter: Filter): FilterName[] =>
  (Object.keys(criteria) as FilterName[]).filter((name) => filter[name] !== undefined);

/** Whether the facts meet some of a filter's criteria; one that the filter does not name is met. */
export function meets(filter: Filter, facts: Facts, names: readonly FilterName[]): boolean {
  return names.every((name) => meetsOne(filter, facts, name));
}

function meetsOne<N extends FilterName>(filter: Filter, facts: Facts, name: N): boolean {
  const wanted = filter[name];
  return wanted === undefined || criteria[name].holds(facts, wanted);
}
