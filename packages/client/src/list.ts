/** Lists of executions: a page, or all of them. */
import type { ListAnswer } from "@attune/domain/answers";
import type { Filter } from "@attune/domain/filter";
import { type Call, type CallOptions, read } from "./call.ts";
import { rowsOf } from "./pages.ts";

/** One of them, or any of several. */
type OneOrMore<T> = T extends readonly (infer One)[] ? One | T : T;

/** What executions have to match, in any combination; times are ISO 8601 where they are texts. */
export type ListFilter = { readonly [N in keyof Filter]: OneOrMore<Filter[N]> } & {
  /** From this time on. */
  readonly created_after?: Date | string | undefined;
  /** Before this time. */
  readonly created_before?: Date | string | undefined;
};

export interface ListOptions extends CallOptions {
  /** Newest first, `-created`, unless given. */
  readonly sort?: "-created" | "created" | undefined;
  /** Rows of a page, 100 at most: 20 unless given, and 100 where all are listed. */
  readonly per_page?: number | undefined;
}

export interface PageOptions extends ListOptions {
  /** From 1. */
  readonly page?: number | undefined;
  /** In place of `page`: a `next_cursor` or `prev_cursor` of a page with the same filter and sort. */
  readonly cursor?: string | undefined;
}

/** @param list the path of the list, after that of all executions */
export const listPage = (
  call: Call,
  filter: ListFilter,
  { signal, ...place }: PageOptions,
  list = "",
) => read<ListAnswer>(call, list, { signal }, { ...filter, ...place });

/** Every execution of a list, page by page as they are asked for; what is created meanwhile moves none. */
export const listAll = (call: Call, filter: ListFilter, options: ListOptions, list = "") =>
  rowsOf(
    (cursor?: string) => listPage(call, filter, { per_page: 100, ...options, cursor }, list),
    ({ next_cursor }) => next_cursor ?? undefined,
  );
