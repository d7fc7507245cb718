import { EventMessage } from "@attune/domain/messages";
import { afterAll, beforeAll, expect, it } from "vitest";
import { endedOne } from "./ended.ts";
import { ALL, crashAfter, faultFrom, mishaps, type Plan } from "./plans.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const told: EventMessage[] = [];
async function receive(): Promise<void> {
  for (;;) {
    const messages = await world.queues.receive("execution-events", 0);
    if (messages.length === 0) return;
    for (const message of messages) {
      told.push(EventMessage.parse(JSON.parse(message.Body ?? "")));
      await world.queues.remove("execution-events", message);
    }
  }
}

/** Three messages of one execution, each after the other, and then the try that follows it. */
const calls = [
  "SendMessageBatch",
  "SendMessageBatch",
  "SendMessageBatch",
  "GetItem",
  "PutItem",
  "PutItem",
  "SendMessageBatch",
];
const retry = { max_attempts: 2, backoff_seconds: 0, max_backoff_seconds: 0 };

async function expectTold(id: number, enforcement: number) {
  await world.settle();
  await receive();
  const own = told.filter(({ payload }) => payload.execution_id === id);
  const changes = [...new Map(own.map((one) => [one.message_id, one])).values()];
  expect(
    changes.map(({ message_type, payload }) =>
      "new_status" in payload ? payload.new_status : message_type,
    ),
  ).toEqual(["requested", "failed", "execution.completed"]);
  const { data } = await world.api.list({ enforcement });
  expect(data.map(({ status }) => status)).toEqual(["completed", "failed"]);
}

const plans: [string, Plan][] = [
  ["nothing at all", () => undefined],
  ["a crash before all of it", crashAfter(0)],
  ...Object.entries(mishaps).flatMap(([mishap, planFor]) =>
    calls.map((call, at): [string, Plan] => [`${mishap}: ${call} ${at + 1}`, planFor(at + 1)]),
  ),
  ["an SQS that is away for long", faultFrom(2, "cut", ALL)],
];

it.each(plans)("the events tell of each change, and one try follows, after %s", async (_, plan) => {
  await world.settle();
  const { id, enforcement = 0 } = await endedOne(world, "failed", { retry });
  // The try that follows has a key that it gets from the execution's id.
  world.accepted.add(`retry ${id}`);
  const records = await world.newRecords("events");
  const Records = records.filter(({ dynamodb }) => dynamodb?.Keys?.id?.N === String(id));
  expect(Records).toHaveLength(2);
  const made = await world.during(plan, () =>
    Promise.resolve(world.functions.get("events")?.invoke({ Records })).catch(() => undefined),
  );
  expect(calls[0]).toBe(made[0]);
  await world.deliverRecords("events", Records);
  await expectTold(id, enforcement);
  await world.expectSound();
});
