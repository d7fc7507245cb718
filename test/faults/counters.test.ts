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

/**
 * Each of an action and a pack of its own: the directory has one of each and the packs to learn. More
 * counters than one transaction writes: two of them, after the ledger was read. The search segment comes last.
 */
const EXECUTIONS = 22;
const calls = [
  "BatchGetItem",
  ...Array.from({ length: EXECUTIONS + 1 }, () => "UpdateItem"),
  "TransactWriteItems",
  "TransactWriteItems",
  "PutItem",
];
/** The calls after which something happens, from 1: the first and the last of each kind. */
const places = calls.flatMap((call, at) =>
  at === calls.indexOf(call) || at === calls.lastIndexOf(call) ? [at + 1] : [],
);
const transaction = calls.indexOf("TransactWriteItems") + 1;
let groups = 0;
const changes = async () => {
  // Sixty-four neighbours would share an item.
  for (let at = 0; at < EXECUTIONS; at++) {
    const group = 64 * ++groups;
    await endedOne(world, "cancelled", { enforcement: group, parent: group });
  }
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
    places.map((at): [string, Plan] => [`${mishap}: ${calls[at - 1]} ${at}`, planFor(at)]),
  ),
  ["throttling for a moment", faultFrom(transaction, throttled, 1)],
  ["throttling that outlasts the tries", faultFrom(transaction + 1, throttled, ALL)],
  ["a transaction that meets another one twice", faultFrom(transaction, transactionConflict, 2)],
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
