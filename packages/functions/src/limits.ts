/** The limits and shards of the stage, and how long it keeps logs: those of the topology, unless the function's environment says otherwise. */
import { limits as defaults } from "@attune/topology/limits";
import { shards as defaultShards } from "@attune/topology/shards";
import * as z from "zod/mini";

const Amount = z.coerce.number().check(z.positive());

const seconds = (fallback: number) => z._default(Amount, fallback);

const Limits = z.object({
  LEASE_SECONDS: seconds(defaults.LEASE_SECONDS),
  WAKE_SECONDS: seconds(defaults.WAKE_SECONDS),
  SCHEDULING_SECONDS: seconds(defaults.SCHEDULING_SECONDS),
  QUEUE_SECONDS: seconds(defaults.QUEUE_SECONDS),
  RUN_SECONDS: seconds(defaults.RUN_SECONDS),
  GRACE_SECONDS: seconds(defaults.GRACE_SECONDS),
});

export const limits = Limits.parse(process.env);

export const shards = z
  ._default(z.coerce.number().check(z.int(), z.minimum(1)), defaultShards)
  .parse(process.env.SHARDS);

export const logDays = z.optional(Amount).parse(process.env.LOG_DAYS);
