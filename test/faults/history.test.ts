import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { mishaps, type Plan, throttled } from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  // The directory knows the action from here on: no UpdateItem is the counters' own.
  await execute();
  await deliver(await world.newRecords("counters"));
});
afterAll(() => world.stop());

let requests = 0;

/** An execution that is handed off; its id. */
async function execute(): Promise<number> {
  const enforcement = ++requests;
  await world.request(`history ${enforcement}`, { enforcement });
  await world.deliver("execution-requests", "executor");
  const { data } = await world.api.list({ enforcement });
  return data[0]?.id ?? 0;
}

const deliver = (records: readonly DynamoDBRecord[]) => world.deliverRecords("counters", records);
const deliverOnce = (records: readonly DynamoDBRecord[]) =>
  world.functions.get("counters")?.invoke({ Records: records }) ??
  Promise.reject(new Error("there are no counters"));

const every =
  (operation: string): Plan =>
  (call) =>
    call === operation ? throttled : undefined;

async function expectWhole(id: number) {
  const { data, complete } = await world.api.history(id);
  expect(data.map(({ to }) => to)).toEqual(["requested", "scheduling", "scheduled"]);
  expect(complete).toBe(true);
}

it("is kept by one write, however many of its changes come together", async () => {
  const id = await execute();
  const records = await world.newRecords("counters");
  expect(records).toHaveLength(3);
  const calls = await world.during(
    () => undefined,
    () => deliver(records),
  );
  expect(calls.toSorted()).toEqual(["BatchGetItem", "TransactWriteItems", "UpdateItem"]);
  await expectWhole(id);
});

it("is kept where counting fails for good, and counted where keeping it does", async () => {
  const id = await execute();
  const records = await world.newRecords("counters");
  await world.during(every("TransactWriteItems"), () =>
    expect(deliverOnce(records)).rejects.toThrow("on purpose"),
  );
  await expectWhole(id);
  await world.during(every("UpdateItem"), () =>
    expect(deliverOnce(records)).rejects.toThrow("on purpose"),
  );
  await world.settle();
  await world.expectSound();
});

it("says so where both fail", async () => {
  await execute();
  const records = await world.newRecords("counters");
  await world.during(
    () => throttled,
    () => expect(deliverOnce(records)).rejects.toThrow(AggregateError),
  );
  await deliver(records);
});

it.each(Object.entries(mishaps))(
  "is whole after %s, once the batch came again",
  async (_, planFor) => {
    for (const call of [1, 2, 3]) {
      const id = await execute();
      const records = await world.newRecords("counters");
      await world.during(planFor(call), () => deliverOnce(records).catch(() => undefined));
      await deliver(records);
      await expectWhole(id);
    }
    await world.settle();
    await world.expectSound();
  },
);
