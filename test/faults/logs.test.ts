import { LogsAnswer } from "@attune/domain/answers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { One } from "../fixtures/api.ts";
import { linesFrom } from "../store/logs/world.ts";
import { ALL, faultFrom, mishaps, throttled } from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const hold = { worker_id: 7, attempt: 1 };

async function claimed(): Promise<number> {
  const { json } = await world.api.post("", { action_ref: "test.work" });
  const { id } = One.parse(json).data;
  await world.deliver("execution-requests", "executor");
  await world.api.post(`/${id}/claim`, hold);
  return id;
}

/** The call of a worker. The second time it has one line of the call before again, and four that are new. */
const append = (id: number, seq: number) =>
  world.api.post(`/${id}/logs`, { ...hold, lines: linesFrom(seq, 5, ` of ${seq}`) });

/** What the function asks of DynamoDB: the execution, the log's end, and the write. */
const CALLS = 3;

const plans = {
  ...mishaps,
  "a throttle that passes": (call: number) => faultFrom(call, throttled, 1),
  "a throttle that stays": (call: number) => faultFrom(call, throttled, ALL),
};
const cases = Object.entries(plans).flatMap(([name, plan]) =>
  Array.from({ length: CALLS }, (_, at) => [name, at + 1, plan] as const),
);

it.each(cases)("no line is lost or doubled after %s, call %i", async (_, call, plan) => {
  const id = await claimed();
  expect(await append(id, 1)).toMatchObject({ status: 200 });
  const calls = await world.during(plan(call), () => append(id, 5));
  expect(calls.length).toBeGreaterThanOrEqual(call);
  for (const _again of [1, 2])
    expect(await append(id, 5)).toMatchObject({
      status: 200,
      json: { data: { next_seq: 10, truncated: false } },
    });
  const { data } = LogsAnswer.parse(JSON.parse(await world.api.text(`/${id}/logs`)));
  expect(data).toEqual([...linesFrom(1, 5, " of 1"), ...linesFrom(6, 4, " of 5")]);
});

it("what an append asks for is what is broken here", async () => {
  const id = await claimed();
  const calls = await world.during(
    () => undefined,
    () => append(id, 1),
  );
  expect(calls.toSorted()).toEqual(["GetItem", "PutItem", "Query"]);
});
