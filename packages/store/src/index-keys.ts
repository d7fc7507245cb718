/**
 * The keys of the sharded indexes. A value that many executions share (all of them, a status, an action, a
 * pack) is cut into `shards` partitions, `<shard>|<value>`, by the execution's id: a list reads them all
 * and merges. More shards later on leave what is written where it is. See docs/adr/0014-shards.md.
 */
import { packOf } from "@attune/domain/execution";
import { isFinal, isUnsuccessful, Status } from "@attune/domain/lifecycle";
import type { Row } from "./record.ts";

/** The one value of the index of all executions. */
export const FEED = "all";

const partitionOf = (value: string, shard: number) => `${shard}|${value}`;

/** All partitions of a value. */
export function partitionsOf(value: string, shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => partitionOf(value, shard));
}

/** A value of `by_status`. */
export interface StatusValue {
  readonly name: string;
  /** The statuses of the executions that it has. */
  readonly statuses: readonly Status[];
  /** Partitions for each shard. */
  readonly pieces: number;
}

/**
 * `scheduling` lasts for milliseconds. Where it shares its value with `requested`, the change from one to the other
 * rewrites an entry in place: one write unit, where a delete and a put are two. A life writes this value three times and
 * every other one twice, so that it is in two pieces: otherwise its partition would throttle before all others.
 */
const unscheduled: StatusValue = {
  name: "unscheduled",
  statuses: ["requested", "scheduling"],
  pieces: 2,
};

const statusValueOf = (status: Status): StatusValue =>
  unscheduled.statuses.includes(status)
    ? unscheduled
    : { name: status, statuses: [status], pieces: 1 };

/** The values of `by_status` that some statuses are in, each once. */
export function statusValuesOf(statuses: readonly Status[]): StatusValue[] {
  return [...new Map(statuses.map(statusValueOf).map((value) => [value.name, value])).values()];
}

/** All partitions of a value of `by_status`. */
export const partitionsOfStatusValue = ({ name, pieces }: StatusValue, shards: number): string[] =>
  partitionsOf(name, shards * pieces);

/** All partitions of `by_status` that have what is not final, in the order of a life. */
export const unfinishedPartitions = (shards: number): string[] =>
  statusValuesOf(Status.options.filter((status) => !isFinal(status))).flatMap((value) =>
    partitionsOfStatusValue(value, shards),
  );

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
  const { name, pieces } = statusValueOf(status);
  return {
    status_key: partitionOf(name, id % (shards * pieces)),
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
