/** Which counter knows the total of a filter, where one does. */
import { packOf } from "@attune/domain/execution";
import type { Filter } from "@attune/domain/filter";
import { Status } from "@attune/domain/lifecycle";
import { sumOf } from "@attune/domain/stats";
import { counterKeys } from "../counters/keys.ts";
import type { Counter } from "../counters/read-counters.ts";

export interface Total {
  readonly counter: string;
  readonly of: (counter: Counter) => number;
}

/**
 * The counter of a filter: by status for all, an action and a pack; members alone for an enforcement and
 * a parent. `undefined` for every other combination: its total is found by walking.
 */
export function totalOf(filter: Filter): Total | undefined {
  const { status, action_ref, pack_name, enforcement, parent, result_contains } = filter;
  if (result_contains !== undefined) return undefined;
  const narrow = [enforcement, parent].filter((value) => value !== undefined).length;
  const wide = [status, action_ref, pack_name].filter((value) => value !== undefined).length;

  if (narrow > 0) {
    if (narrow + wide > 1) return undefined;
    const counter =
      parent === undefined
        ? counterKeys.enforcement(Number(enforcement))
        : counterKeys.parent(parent);
    return { counter, of: ({ members }) => members };
  }
  const statuses = status === undefined ? Status.options : [status];
  const of = ({ byStatus }: Counter) => sumOf(byStatus, statuses);
  if (action_ref !== undefined) return { counter: counterKeys.action(action_ref), of };
  if (pack_name === undefined) return { counter: counterKeys.all, of };
  // `aws.ec2` is no pack of its own, and has no counter.
  return packOf(pack_name) === undefined ? { counter: counterKeys.pack(pack_name), of } : undefined;
}
