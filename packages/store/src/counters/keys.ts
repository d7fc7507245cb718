/** The counters that an execution counts on, and the names of their items. */
import { packOf } from "@attune/domain/execution";

/** What decides on which counters an execution counts. None of it ever changes. */
export interface Membership {
  readonly action_ref: string;
  readonly enforcement?: number | undefined;
  readonly parent?: number | undefined;
}

export const counterKeys = {
  all: "all",
  action: (actionRef: string) => `action#${actionRef}`,
  pack: (pack: string) => `pack#${pack}`,
  enforcement: (id: number) => `enforcement#${id}`,
  parent: (id: number) => `parent#${id}`,
  ledger: (page: string) => `ledger#${page}`,
} as const;

/** The items that count by status. */
export function statusCountersOf({ action_ref }: Membership): string[] {
  const pack = packOf(action_ref);
  return [
    counterKeys.all,
    counterKeys.action(action_ref),
    ...(pack === undefined ? [] : [counterKeys.pack(pack)]),
  ];
}

/** The items that count members: there are too many of these for a count by status. */
export function memberCountersOf({ enforcement, parent }: Membership): string[] {
  return [
    ...(enforcement === undefined ? [] : [counterKeys.enforcement(enforcement)]),
    ...(parent === undefined ? [] : [counterKeys.parent(parent)]),
  ];
}
