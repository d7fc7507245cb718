/** Every shape of a list and of the statistics, as data: one line each. */
import { createdOf } from "@attune/domain/ids";
import type { Query } from "../../test/fixtures/api.ts";
import type { ListQuery } from "../../test/fixtures/list-model.ts";
import { type Known, valuesOf } from "./known.ts";
import { UNTIL } from "./pasts.ts";

const DAY_MS = 24 * 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

/** A week two months back, and not on the hour. */
const week = {
  created_after: iso(UNTIL - 60 * DAY_MS + 1_234_567),
  created_before: iso(UNTIL - 53 * DAY_MS + 7_654_321),
};

/** From the first quarter of a group's executions to the last. */
function middleOf(known: readonly Known[], group: "enforcement" | "parent", value: number) {
  const ids = known
    .flatMap((one) => (one[group] === value ? [one.id] : []))
    .toSorted((one, other) => one - other);
  const at = (share: number) => createdOf(ids[Math.floor((ids.length - 1) * share)] ?? 0);
  return { created_after: at(0.25), created_before: at(0.75) };
}

/** Name → list. */
export function listShapes(known: readonly Known[]): Readonly<Record<string, ListQuery>> {
  const enforcement = valuesOf(known.map((one) => one.enforcement));
  const parent = valuesOf(known.map((one) => one.parent));
  const original = valuesOf(known.map((one) => one.original_execution));
  const action_ref = ["core.http"];
  return {
    "": { filter: {} },
    "sort=created": { filter: {}, sort: "created" },
    "created_after&created_before, a week": { filter: {}, ...week },
    "status=completed": { filter: { status: ["completed"] } },
    "status=abandoned": { filter: { status: ["abandoned"] } },
    "status=failed&status=timeout": { filter: { status: ["failed", "timeout"] } },
    "status=failed, a week": { filter: { status: ["failed"] }, ...week },
    "action_ref, of many": { filter: { action_ref } },
    "action_ref, of few": { filter: { action_ref: ["ml.publish"] } },
    "action_ref, two": { filter: { action_ref: ["core.http", "slack.post"] } },
    "action_ref, a week": { filter: { action_ref }, ...week },
    "action_ref&status=completed": { filter: { action_ref, status: ["completed"] } },
    "action_ref&status=failed": { filter: { action_ref, status: ["failed"] } },
    "action_ref&status=failed, a week, sort=created": {
      ...{ filter: { action_ref, status: ["failed"] }, ...week, sort: "created" },
    },
    pack_name: { filter: { pack_name: "core" } },
    "pack_name, a week": { filter: { pack_name: "core" }, ...week },
    "pack_name&status=failed": { filter: { pack_name: "core", status: ["failed"] } },
    "pack_name, of few&status=completed": { filter: { pack_name: "ml", status: ["completed"] } },
    "pack_name&status=completed, a week": {
      ...{ filter: { pack_name: "core", status: ["completed"] }, ...week },
    },
    "enforcement, of many": { filter: { enforcement: enforcement.many } },
    "enforcement, of few": { filter: { enforcement: enforcement.few } },
    "enforcement, of many, half its time": {
      ...{
        filter: { enforcement: enforcement.many },
        ...middleOf(known, "enforcement", enforcement.many),
      },
    },
    "enforcement, of many&status=failed": {
      filter: { enforcement: enforcement.many, status: ["failed"] },
    },
    "enforcement, of many&status=completed": {
      filter: { enforcement: enforcement.many, status: ["completed"] },
    },
    "enforcement, of many&status=completed, half its time": {
      filter: { enforcement: enforcement.many, status: ["completed"] },
      ...middleOf(known, "enforcement", enforcement.many),
    },
    "enforcement, of few&status=completed": {
      filter: { enforcement: enforcement.few, status: ["completed"] },
    },
    "parent, of many": { filter: { parent: parent.many } },
    "parent, of many, half its time": {
      ...{ filter: { parent: parent.many }, ...middleOf(known, "parent", parent.many) },
    },
    "parent, of few": { filter: { parent: parent.few } },
    "parent, of few&status=completed": { filter: { parent: parent.few, status: ["completed"] } },
    "parent, of few&action_ref": { filter: { parent: parent.few, action_ref } },
    "top_level=true": { filter: { top_level: true } },
    "top_level=true, a week": { filter: { top_level: true }, ...week },
    "top_level=true&action_ref": { filter: { top_level: true, action_ref } },
    "top_level=true&status=completed": { filter: { top_level: true, status: ["completed"] } },
    "top_level=true&status=failed": { filter: { top_level: true, status: ["failed"] } },
    original_execution: { filter: { original_execution: original.many } },
  };
}

/** Lists without a counter: their work is bounded, and not that of a page. */
export function boundedShapes(known: readonly Known[]): Readonly<Record<string, ListQuery>> {
  const enforcement = valuesOf(known.map((one) => one.enforcement)).many;
  return {
    executor: { filter: { executor: 7 } },
    "executor&status=failed": { filter: { executor: 7, status: ["failed"] } },
    "executor&action_ref": { filter: { executor: 7, action_ref: ["core.http"] } },
    "enforcement, of many&action_ref": { filter: { enforcement, action_ref: ["core.http"] } },
  };
}

/** Searches in results. */
export const searchShapes: Readonly<Record<string, ListQuery>> = {
  "result_contains, found in most": { filter: { result_contains: "example.com" } },
  "result_contains, found in few": { filter: { result_contains: "out of memory" } },
  "result_contains, found nowhere": { filter: { result_contains: "nowhere to be found" } },
  "result_contains&status=failed": {
    filter: { result_contains: "db-1", status: ["failed"] },
  },
  "result_contains, a week": { filter: { result_contains: "ECONNREFUSED" }, ...week },
};

const since = iso(UNTIL - 30 * DAY_MS);
const until = iso(UNTIL);

/** Name → parameters of `GET /stats`. */
export const statsShapes: Readonly<Record<string, Query>> = {
  "": {},
  "group_by=action_ref": { group_by: "action_ref" },
  "since, a month": { since, until },
  "since, a month&group_by=status": { since, until, group_by: "status" },
  "since, a month&group_by=action_ref": { since, until, group_by: "action_ref" },
  "since, a month&group_by=pack_name&interval=day": {
    ...{ since, until, group_by: "pack_name", interval: "day" },
  },
  "since, a day&interval=hour": { since: iso(UNTIL - DAY_MS), until, interval: "hour" },
  "since, an hour&interval=minute": { since: iso(UNTIL - DAY_MS / 24), until, interval: "minute" },
};
