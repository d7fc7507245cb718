import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomFrom } from "../fixtures/random.ts";
import { ALL, crashAfter, faultFrom, mishaps, throttled } from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** The calls that take a request to its handoff, in their order. */
const steps = [
  ["PutItem", "the key is reserved"],
  ["PutItem", "the payload is put"],
  ["PutItem", "the execution is put"],
  ["UpdateItem", "scheduling"],
  ["UpdateItem", "scheduled and handed off"],
  ["BatchGetItem", "the payload is read"],
  ["SendMessageBatch", "published"],
] as const;

/** More than rides in an item. */
const config = JSON.stringify({ text: "x".repeat(1_000) });
const execute = () => world.deliver("execution-requests", "executor");

async function expectOne(enforcement: number) {
  await world.settle();
  await world.expectSound();
  const { data } = await world.api.list({ enforcement });
  expect(data).toEqual([expect.objectContaining({ status: "completed" })]);
}

let enforcement = 0;
const requestOne = async () => {
  await world.request(`executor ${++enforcement}`, { enforcement }, config);
  return enforcement;
};

it("the executor takes these steps, and is done before its message is deleted", async () => {
  const mine = await requestOne();
  const calls = await world.during(() => undefined, execute);
  expect(calls).toEqual(steps.map(([operation]) => operation));
  await expectOne(mine);
});

it("an executor that dies before its first step goes on when its message comes back", async () => {
  const mine = await requestOne();
  await world.during(crashAfter(0), execute);
  await expectOne(mine);
});

describe.each(Object.entries(mishaps))("the executor with %s", (_, planFor) => {
  it.each(steps.map(([operation, name], at) => ({ at, operation, name })))(
    "$name: one execution, run once",
    async ({ at, operation }) => {
      const mine = await requestOne();
      const calls = await world.during(planFor(at + 1), execute);
      expect(calls[at]).toBe(operation);
      await expectOne(mine);
    },
  );
});

it.each([
  { step: 5, times: 1, left: 0 },
  { step: 7, times: 1, left: 0 },
  // Longer than the SDK tries: the message stays.
  { step: 1, times: ALL, left: 1 },
  { step: 7, times: ALL, left: 1 },
])("the executor, throttled $times times at step $step: one execution, run once", async (given) => {
  const mine = await requestOne();
  await world.during(faultFrom(given.step, throttled, given.times), execute);
  expect(await world.queues.depth("execution-requests")).toBe(given.left);
  await expectOne(mine);
});

it("an executor that dies before its message is deleted publishes again, and one worker gets it", async () => {
  const mine = await requestOne();
  const messages = await world.queues.receive("execution-requests", 0);
  await world.invoke("executor", messages);
  for (const message of messages) await world.reveal("execution-requests", message);
  await execute();
  expect(await world.queues.depth("execution-scheduled")).toBe(2);
  await expectOne(mine);
});

it("the executor makes one execution of each request that comes twice, out of order, to two executors at once", async () => {
  const random = randomFrom(3);
  const bodies: string[] = [];
  for (let at = 0; at < 20; at++) bodies.push(await world.request(`twice ${at}`, {}, config));
  const again = bodies.map((body) => [random.next(), body] as const);
  const shuffled = again.toSorted(([one], [other]) => one - other).map(([, body]) => body);
  await world.queues.send("execution-requests", shuffled);
  while ((await world.queues.depth("execution-requests")) > 0)
    await Promise.all([execute(), execute()]);
  await world.settle();
  await world.expectSound();
});
