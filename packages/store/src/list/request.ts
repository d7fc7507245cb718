/** What is asked of a list, and what it answers. */
import type { Filter } from "@attune/domain/filter";
import type { IdRange } from "@attune/domain/ids";
import type { Order } from "../access-patterns/executions-read.ts";
import type { Row } from "../record.ts";

/** A place between two executions of a list, and what is known of it. */
export interface Cursor {
  /** `next`: what comes after the execution; `prev`: the page before it. */
  readonly direction: "next" | "prev";
  readonly id: number;
  /** The number of the page that it opens. */
  readonly page: number;
  /** Matches before the place. */
  readonly matched: number;
  /** What a walk has found of how many match in all, where no counter knows. */
  readonly walked?: Walked;
}

/** How many match in all: exact, or at least so many, where the walk stopped before the end. */
export interface Walked {
  readonly total: number;
  readonly isExact: boolean;
}

export interface ListRequest {
  readonly filter: Filter;
  readonly range: IdRange;
  readonly order: Order;
  readonly perPage: number;
}

export interface Listed {
  readonly rows: readonly Row[];
  readonly page: number;
  /** Exact where `complete`, and else at least this many. */
  readonly total: number;
  /** `false`: the walk stopped at what one request may take; `next` goes on from there. */
  readonly complete: boolean;
  /** Executions that were looked at. */
  readonly scanned: number;
  readonly next?: Cursor;
  readonly prev?: Cursor;
}
