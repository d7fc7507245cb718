/** Which counters know the total of a filter, where any do. */
import { packOf } from "@attune/domain/execution";
import type { Filter } from "@attune/domain/filter";
import { type Counter, type Field, isCounted, type Tally, topLevel } from "../counters/tally.ts";

/** The counters of a filter that they can know: of all, of actions, of a pack, of an enforcement or a parent. */
function countersOf({ action_ref, pack_name, enforcement, parent }: Filter): Counter[] | undefined {
  const kinds = [action_ref, pack_name, enforcement, parent].filter((one) => one !== undefined);
  if (kinds.length > 1) return undefined;
  if (enforcement !== undefined) return [{ kind: "enforcement", of: enforcement }];
  if (parent !== undefined) return [{ kind: "parent", of: parent }];
  if (action_ref) return action_ref.map((of) => ({ kind: "action", of }));
  if (pack_name === undefined) return [{ kind: "all" }];
  // `aws.ec2` is no pack of its own, and has no counter.
  return packOf(pack_name) === undefined ? [{ kind: "pack", of: pack_name }] : undefined;
}

/**
 * The tallies whose sum is the total of a simple filter: by status for all, actions and a pack, and for what of them has no
 * parent; by final status for an enforcement and a parent. `undefined` for every other combination: its total is found by walking.
 */
export function talliesOf(filter: Filter): Tally[] | undefined {
  const { status, top_level, executor, original_execution, result_contains } = filter;
  const uncounted = [executor, original_execution, result_contains];
  if (uncounted.some((one) => one !== undefined)) return undefined;
  const fields: readonly Field[] = top_level
    ? (status?.map(topLevel) ?? ["top_level"])
    : (status ?? ["created"]);
  const tallies = countersOf(filter)?.flatMap((counter) =>
    fields.map((field) => ({ counter, field })),
  );
  return tallies?.every(isCounted) ? tallies : undefined;
}
