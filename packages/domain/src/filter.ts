/** What a list may be filtered by, and what each filter means. */
import type { JsonText } from "./json-text.ts";
import type { Status } from "./lifecycle.ts";

export interface Filter {
  readonly status?: Status;
  readonly action_ref?: string;
  /** `core` means: `action_ref` starts with `core.` */
  readonly pack_name?: string;
  readonly enforcement?: number;
  readonly parent?: number;
  /** A substring of the result's JSON text, in any case; `%` and `_` mean themselves. */
  readonly result_contains?: string;
}
export type FilterName = keyof Filter;

/** What the filters look at, as far as it is known. */
export interface Facts {
  readonly status?: Status | undefined;
  readonly action_ref?: string | undefined;
  readonly enforcement?: number | null | undefined;
  readonly parent?: number | null | undefined;
  readonly result?: JsonText | null | undefined;
}

type Wanted = Required<Filter>;

interface Criterion<N extends FilterName> {
  readonly fact: keyof Facts;
  readonly holds: (facts: Facts, wanted: Wanted[N]) => boolean;
}

/** Filter → the fact that it looks at, and its meaning. */
export const criteria: { readonly [N in FilterName]: Criterion<N> } = {
  status: { fact: "status", holds: (facts, wanted) => facts.status === wanted },
  action_ref: { fact: "action_ref", holds: (facts, wanted) => facts.action_ref === wanted },
  pack_name: {
    fact: "action_ref",
    holds: (facts, wanted) => facts.action_ref?.startsWith(`${wanted}.`) === true,
  },
  enforcement: { fact: "enforcement", holds: (facts, wanted) => facts.enforcement === wanted },
  parent: { fact: "parent", holds: (facts, wanted) => facts.parent === wanted },
  result_contains: {
    fact: "result",
    holds: (facts, wanted) => facts.result?.toLowerCase().includes(wanted.toLowerCase()) === true,
  },
};

/** Whether the facts meet some of a filter's criteria; one that the filter does not name is met. */
export function meets(filter: Filter, facts: Facts, names: readonly FilterName[]): boolean {
  return names.every((name) => meetsOne(filter, facts, name));
}

function meetsOne<N extends FilterName>(filter: Filter, facts: Facts, name: N): boolean {
  const wanted: Partial<Wanted>[N] = filter[name];
  return wanted === undefined || criteria[name].holds(facts, wanted);
}
