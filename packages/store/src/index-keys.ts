/**
 * The keys of the sharded indexes. A value that many executions share (all of them, a status, an action, a
 * pack) is cut into `shards` partitions, `<shard>|<value>`, by the execution's id: a list reads them all
 * and merges. More shards later on leave what is written where it is. See docs/adr/0014-shards.md.
 */
import { packOf } from "@attune/domain/execution";
import { isFinal, isUnsuccessful, type Status } from "@attune/domain/lifecycle";
import type { Row } from "./record.ts";

/** The one value of the index of all executions. */
export const FEED = "all";

const partitionOf = (value: string, shard: number) => `${shard}|${value}`;

/** All partitions of a value. */
export function partitionsOf(value: string, shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => partitionOf(value, shard));
}

/** Eleven digits of base 36 hold 53 bits. */
const sortable = (id: number) => id.toString(36).padStart(11, "0");

/** The sort key of `by_action_status`: the status, then the id. */
export const finalKeyOf = (status: Status, id: number): string => `${status}#${sortable(id)}`;

/** The keys that follow the status. Only what is final has one of these, and keeps it. */
export function statusKeysOf(
  id: number,
  status: Status,
  shards: number,
): Record<string, string | number> {
  return {
    status_key: partitionOf(status, id % shards),
    ...(isFinal(status) ? { final_key: finalKeyOf(status, id) } : {}),
    ...(isUnsuccessful(status) ? { unsuccessful: id } : {}),
  };
}

/** All keys of an execution, beside the attributes that are keys themselves. */
export function indexKeysOf(
  { id, action_ref, status }: Pick<Row, "id" | "action_ref" | "status">,
  shards: number,
): Record<string, string | number> {
  const shard = id % shards;
  const pack = packOf(action_ref);
  return {
    feed_key: partitionOf(FEED, shard),
    action_key: partitionOf(action_ref, shard),
    ...(pack === undefined ? {} : { pack_key: partitionOf(pack, shard) }),
    ...statusKeysOf(id, status, shards),
  };
}
