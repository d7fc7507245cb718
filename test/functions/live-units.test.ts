import type { LiveFilter } from "@attune/domain/live";
import { appendAll } from "@attune/store/live/log";
import { goLive, putSubscription, subscriptionOf } from "@attune/store/live/subscriptions";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import * as z from "zod";
import { changeOf, type LiveWorld, startLiveWorld } from "../fixtures/live-world.ts";
import { randomFrom } from "../fixtures/random.ts";

let world: LiveWorld;
const spent: { command: string; units: number }[] = [];
let posts = 0;

const Consumed = z.object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) });

beforeAll(async () => {
  world = await startLiveWorld();
  world.fault = (method) => {
    if (method === "POST") posts++;
    return undefined;
  };
  const { store } = await import("@attune/functions/resources");
  store.client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" };
      const answer = await next({ ...args, input });
      const { ConsumedCapacity } = Consumed.parse(answer.output);
      const command = String(context.commandName).replace("Command", "");
      spent.push({ command, units: ConsumedCapacity.CapacityUnits });
      return answer;
    },
    { step: "initialize" },
  );
});
afterAll(() => world.stop());
beforeEach(() => {
  spent.length = 0;
  posts = 0;
});

async function subscribe(connection: string, filter: LiveFilter): Promise<void> {
  const row = subscriptionOf(world.store, connection, {
    id: "default",
    filter,
    result: false,
    batch: false,
  });
  await putSubscription(world.store, row);
  await goLive(world.store, row, 0);
}

/** Requests and units by command. */
function bill(): Record<string, [requests: number, units: number]> {
  const commands = [...new Set(spent.map(({ command }) => command))];
  return Object.fromEntries(
    commands.map((command) => {
      const own = spent.filter((one) => one.command === command);
      return [command, [own.length, own.reduce((sum, { units }) => sum + units, 0)]];
    }),
  );
}

/** Tells of five executions that begin, of one enforcement, action and pack. */
let executions = 0;
async function tellOfFive() {
  const changes = Array.from({ length: 5 }, () => changeOf(++executions, 1));
  const seq = await world.append(changes);
  spent.length = 0;
  posts = 0;
  await world.notify([seq]);
  return { ...bill(), posts };
}

it("fan-out costs the same for 10 subscribers, for 100 and for 1,000, of which 10 are told", async () => {
  // The first batch finds out where it is.
  await tellOfFive();
  const nobody = await tellOfFive();
  for (let at = 0; at < 10; at++) {
    world.clients.set(`c${at}`, []);
    await subscribe(`c${at}`, { enforcement: 7 });
  }
  let others = 0;
  const bills = [];
  for (const total of [10, 100, 1_000]) {
    const more = Array.from({ length: total - 10 - others }, () => ++others);
    await Promise.all(more.map((n) => subscribe(`o${n}`, { enforcement: 1_000 + n })));
    bills.push(await tellOfFive());
  }
  const [few] = bills;
  expect(bills).toEqual([few, few, few]);
  // Whether anybody wants one execution of the five; then a value of a kind each, and all. A unit reads 4 KB.
  expect(nobody).toEqual({ Query: [6, 6], PutItem: [1, 1], posts: 0 });
  expect(few).toEqual({ Query: [6, 6], PutItem: [1, 1], posts: 50 });
});

it("subscribing costs three writes and two reads, and connecting one write", async () => {
  await world.append([]);
  await world.connect("mine");
  expect(bill()).toEqual({ PutItem: [1, 1] });
  spent.length = 0;
  await world.say("mine", { type: "subscribe", filter: { enforcement: 7 } });
  // The first one notes that there is somebody.
  expect(bill()).toEqual({ Query: [2, 2], PutItem: [2, 2], UpdateItem: [2, 2] });
  spent.length = 0;
  await world.say("mine", { type: "subscribe", id: "other", filter: { enforcement: 7 } });
  expect(bill()).toEqual({ Query: [2, 2], PutItem: [1, 1], UpdateItem: [2, 2] });
});

it("a hundred changes, of which no two are alike, take three write units", async () => {
  const random = randomFrom(1);
  const changes = Array.from({ length: 100 }, () => ({
    ...changeOf(374_095_221_411_885 + random.below(2 ** 32), 1 + random.below(5)),
    action_ref: random.pick(["core.echo", "slack.send_message", "aws.ec2.start_instance"]),
    enforcement: random.below(1_000_000),
    updated: new Date(1_795_399_041_165 + random.below(1_000_000)).toISOString(),
  }));
  const { append } = await import("@attune/functions/live/append");
  await world.append([]);
  await append([]);
  spent.length = 0;
  await appendAll(append, changes);
  expect(bill()).toEqual({ PutItem: [1, 3] });
});
