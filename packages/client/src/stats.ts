/** Numbers of executions: by status now, or how those that were created in some time have ended. */
import type { GroupRow, StatusRow } from "@attune/domain/answers";
import type { Stats } from "@attune/domain/stats";
import { type Call, type CallOptions, read } from "./call.ts";

/** With any of these, the stats are of some time. */
export interface StatsQuery {
  /** From this time on; from the beginning unless given. */
  readonly since?: Date | string;
  /** Before this time; until now unless given. */
  readonly until?: Date | string;
  /** A row for each. */
  readonly interval?: "minute" | "hour" | "day";
  /** A row for each. */
  readonly group_by?: "action_ref" | "pack_name" | "status";
}

/** How executions ended. */
export type Outcomes = Omit<GroupRow, "since" | "action_ref" | "pack_name">;

/** By status, a number; by another group, its name and how its executions ended. */
type RowOf<Group> = Group extends "status"
  ? Omit<StatusRow, "since">
  : Group extends "action_ref" | "pack_name"
    ? Outcomes & Readonly<Record<Group, string>>
    : Outcomes;

/** By interval, its beginning too. */
type Row<Q extends StatsQuery> = RowOf<Q["group_by"]> &
  (Q["interval"] extends string ? { readonly since: string } : unknown);

export interface Aggregates<Q extends StatsQuery> {
  /** What was counted, ISO 8601: `since` is in it, `until` is not. */
  readonly since: string;
  readonly until: string;
  readonly rows: readonly Row<Q>[];
}

/** What is answered to a query; one that may be empty may be answered either way. */
export type StatsOf<Q extends StatsQuery> = Q extends unknown
  ? [keyof Q] extends [never]
    ? Stats
    : Aggregates<Q> | (Record<never, never> extends Q ? Stats : never)
  : never;

export async function readStats<Q extends StatsQuery>(
  call: Call,
  query: Q | undefined,
  options: CallOptions,
): Promise<StatsOf<Q>> {
  const { data } = await read<{ data: StatsOf<Q> }>(call, "/stats", options, { ...query });
  return data;
}
