import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endedOne } from "./ended.ts";
import {
  ALL,
  crashAfter,
  faultFrom,
  mishaps,
  type Plan,
  throttled,
  transactionConflict,
} from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** More counters than one transaction writes: two of them, after the ledger was read. */
const EXECUTIONS = 26;
const calls = ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"];
const changes = async () => {
  for (let at = 0; at < EXECUTIONS; at++) await endedOne(world, "cancelled");
  return world.newRecords("counters");
};
const count = (records: readonly DynamoDBRecord[]) => world.deliverRecords("counters", records);
const countOnce = (records: readonly DynamoDBRecord[]) =>
  world.functions
    .get("counters")
    ?.invoke({ Records: records })
    .catch(() => undefined) ?? Promise.reject(new Error("there are no counters"));

const plans: [string, Plan][] = [
  ["a crash before all of it", crashAfter(0)],
  ...Object.entries(mishaps).flatMap(([mishap, planFor]) =>
    calls.map((call, at): [string, Plan] => [`${mishap}: ${call} ${at + 1}`, planFor(at + 1)]),
  ),
  ["throttling for a moment", faultFrom(2, throttled, 1)],
  ["throttling that outlasts the tries", faultFrom(3, throttled, ALL)],
  ["a transaction that meets another one twice", faultFrom(2, transactionConflict, 2)],
];

it("the counters read the ledger, and write these transactions", async () => {
  const records = await changes();
  expect(records).toHaveLength(2 * EXECUTIONS);
  expect(
    await world.during(
      () => undefined,
      () => count(records),
    ),
  ).toEqual(calls);
  await world.expectSound();
});

it.each(plans)("the counters equal a recount after %s", async (_, plan) => {
  const records = await changes();
  await world.during(plan, () => countOnce(records));
  await count(records);
  await world.expectSound();
});

it("the counters equal a recount when every batch comes twice, at once, late, and cut otherwise", async () => {
  const records = await changes();
  await Promise.all([count(records.slice(0, 60)), count(records.slice(0, 60))]);
  await count(records.slice(30));
  await count(records.slice(0, 10));
  await world.expectSound();
});
