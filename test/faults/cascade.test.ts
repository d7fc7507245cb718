import { createExecution } from "@attune/store/create-execution";
import { createIdSource } from "@attune/store/ids";
import { readRecord } from "@attune/store/read-execution";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ALL, crashAfter, faultFrom, mishaps, type Plan, throttled } from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const nextIdentity = createIdSource(Date.now);
let made = 0;

async function request(parent?: number): Promise<number> {
  const idempotencyKey = `cascade ${++made}`;
  world.accepted.add(idempotencyKey);
  const request = { action_ref: "core.x", parent };
  const creation = { request, config: null, idempotencyKey, keyIsShared: false };
  return (await createExecution(world.store, nextIdentity, creation)).record.id;
}

/** More than one page of children, and something below the first and the last of them. */
async function plant() {
  const root = await request();
  const children = [];
  for (let at = 0; at < 27; at++) children.push(await request(root));
  const below = [await request(children.at(0)), await request(children.at(-1))];
  return { root, all: [root, ...children, ...below] };
}

const cancel = (root: number) => world.api.post(`/${root}/cancel?cascade=true`, "");
const step = () => world.deliver("execution-requests", "executor");

async function expectCancelled(all: readonly number[]) {
  await world.settle();
  const records = await Promise.all(all.map((id) => readRecord(world.store, id)));
  expect(new Set(records.map((record) => record?.status))).toEqual(new Set(["cancelled"]));
  await world.expectSound();
}

it("a cascade is a message for each page, and one for each child that has children", async () => {
  const { root, all } = await plant();
  const calls = await world.during(
    () => undefined,
    () => cancel(root),
  );
  expect(calls).toEqual(["UpdateItem", "SendMessageBatch"]);
  const first = await world.during(() => undefined, step);
  expect(first.at(0)).toBe("Query");
  expect(first.filter((call) => call === "UpdateItem")).toHaveLength(25);
  expect(first.filter((call) => call === "Query")).toHaveLength(1 + 25);
  expect(first.filter((call) => call === "SendMessageBatch")).toHaveLength(1);
  expect(await world.queues.depth("execution-requests")).toBe(2);
  await expectCancelled(all);
});

it("a cancel whose answer is lost is made again", async () => {
  const { root, all } = await plant();
  await world.during(crashAfter(1), () => cancel(root));
  expect((await cancel(root)).status).toBe(200);
  await expectCancelled(all);
});

const places = [1, 2, 13, 50, 51, 52];
const plans: [string, Plan][] = [
  ["a crash before all of it", crashAfter(0)],
  ...Object.entries(mishaps).flatMap(([mishap, planFor]) =>
    places.map((at): [string, Plan] => [`${mishap}: call ${at}`, planFor(at)]),
  ),
  ["throttling for a moment", faultFrom(2, throttled, 3)],
  ["throttling that outlasts the tries", faultFrom(20, throttled, ALL)],
];

it.each(plans)("a cascade cancels all there is after %s", async (_, plan) => {
  const { root, all } = await plant();
  await cancel(root);
  await world.during(plan, step);
  await expectCancelled(all);
});

it("a cascade that comes twice cancels nothing twice", async () => {
  const { root, all } = await plant();
  await cancel(root);
  await cancel(root);
  await expectCancelled(all);
  const records = await Promise.all(all.map((id) => readRecord(world.store, id)));
  expect(records.map((record) => record?.version)).toEqual(all.map(() => 2));
});
