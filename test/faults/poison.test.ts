import { readTotals } from "@attune/store/counters/read-totals";
import { queues as topology } from "@attune/topology/queues";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../fixtures/executions.ts";
import { requestMessage } from "../fixtures/sqs.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const poisons = [
  ["no JSON", "{", /not JSON/],
  ["JSON of no message", "null", /not valid/],
  ["a message of another kind", '{"message_type":"execution.exploded"}', /message_type/],
  ["a request of nothing", requestMessage({}), /action_ref/],
  [
    "a word for an execution that is not there",
    requestMessage({ execution_id: 1 }).replace("execution.requested", "execution.accepted"),
    /no execution 1/,
  ],
] as const;

describe("the executor", () => {
  it.each(poisons)(
    "puts %s aside with the reason, and the others go on",
    async (name, body, reason) => {
      await world.request(`before ${name}`);
      await world.queues.send("execution-requests", [body]);
      await world.request(`after ${name}`);
      await world.deliver("execution-requests", "executor");
      expect(await world.queues.depth("execution-requests")).toBe(0);
      const [dead, ...others] = await world.queues.receive("execution-requests-dlq", 0);
      expect(others).toEqual([]);
      expect(dead?.Body).toBe(body);
      expect(dead?.MessageAttributes?.reason?.StringValue).toMatch(reason);
      if (dead) await world.queues.remove("execution-requests-dlq", dead);
      await world.settle();
      await world.expectSound();
    },
  );
});

it("the counters count what comes before a record that cannot be read, and go on from there", async () => {
  await world.request("unreadable");
  await world.deliver("execution-requests", "executor");
  const records = await world.newRecords("counters");
  const [, second] = records;
  const NewImage = { ...second?.dynamodb?.NewImage, status: { S: "paused" } };
  const Records = records.with(1, { ...second, dynamodb: { ...second?.dynamodb, NewImage } });
  const requested = { counter: { kind: "all" }, field: "requested" } as const;
  const counted = async () =>
    (await readTotals(world.store, [requested], { consistent: true }))(requested);
  const before = await counted();

  const answer = await world.functions.get("counters")?.invoke({ Records });
  const itemIdentifier = second?.dynamodb?.SequenceNumber;
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  expect(await counted()).toBe(before + 1);

  await world.deliverRecords("counters", records.slice(1));
  await world.settle();
  await world.expectSound();
});

it("a dead letter that cannot be read stays for somebody to look at, and the others end", async () => {
  await world.request("dead letter");
  await world.deliver("execution-requests", "executor");
  const [message] = await world.queues.receive("execution-scheduled", 0);
  if (message === undefined) throw new Error("nothing was published");
  await world.queues.remove("execution-scheduled", message);
  await world.queues.send("execution-scheduled-dlq", ["{", message.Body ?? "", "null"]);
  await world.deliver("execution-scheduled-dlq", "deadLetters");
  expect(await world.queues.depth("execution-scheduled-dlq")).toBe(2);
  await world.settle();
  await world.expectSound();
  expect((await world.api.list({ status: "abandoned" })).data).toHaveLength(1);
});

it("a message that its workers only give back is a dead letter after as many receives", async () => {
  const { name, maxReceiveCount } = topology.ExecutionScheduled;
  const dlq = `${name}-dlq`;
  const before = await world.queues.depth(dlq);
  // Each worker gives it back at once; the policy is the topology's own.
  await world.queues.client.send(
    new SetQueueAttributesCommand({
      QueueUrl: world.queues.url(name),
      Attributes: { VisibilityTimeout: "0" },
    }),
  );
  await world.queues.send(name, ["{"]);
  let receives = 0;
  await until(
    async () => {
      receives += (await world.queues.receive(name, 0)).length;
      return world.queues.depth(dlq);
    },
    (depth) => depth === before + 1,
  );
  expect(receives).toBe(maxReceiveCount);
});
