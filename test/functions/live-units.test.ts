import type { LiveChange, LiveFilter } from "@attune/domain/live";
import { appendAll } from "@attune/store/live/log";
import { subscriptionOf } from "@attune/store/live/subscriptions";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import * as z from "zod";
import { changeOf, type LiveWorld, startLiveWorld } from "../fixtures/live-world.ts";
import { randomFrom } from "../fixtures/random.ts";
import { linesFrom } from "../store/logs/world.ts";

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

/** Subscriptions that are told of what happens, each of a connection of its own. */
async function subscribe(asked: ReadonlyMap<string, LiveFilter>, logs = false): Promise<void> {
  const puts = [...asked].map(([connection, filter]) => {
    const about = { id: "default", filter, result: false, logs, batch: false };
    const { lease, ...row } = subscriptionOf(world.store, connection, about);
    return { PutRequest: { Item: { ...row, told: 0 } } };
  });
  for (let at = 0; at < puts.length; at += 25)
    await world.store.client.send(
      new BatchWriteCommand({ RequestItems: { Subscriptions: puts.slice(at, at + 25) } }),
    );
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

/** What it costs to tell of changes that are in the log. */
async function costOf(changes: readonly LiveChange[]) {
  const seq = await world.append(changes);
  spent.length = 0;
  posts = 0;
  await world.notify([seq]);
  return { ...bill(), posts };
}

/** Tells of five executions that begin, of one enforcement, action and pack. */
let executions = 0;
const tellOfFive = () => costOf(Array.from({ length: 5 }, () => changeOf(++executions, 1)));

const anEnforcement = (enforcement: number): LiveFilter => ({ enforcement });

it("fan-out costs the same for 10 subscribers, for 100 and for 1,000, of which 10 are told", async () => {
  // The first batch finds out where it is.
  await tellOfFive();
  const nobody = await tellOfFive();
  const ten = Array.from({ length: 10 }, (_, at) => `c${at}`);
  for (const connection of ten) world.clients.set(connection, []);
  await subscribe(new Map(ten.map((connection) => [connection, anEnforcement(7)])));
  let others = 0;
  const bills = [];
  for (const total of [10, 100, 1_000]) {
    const more = Array.from({ length: total - 10 - others }, () => ++others);
    await subscribe(new Map(more.map((n) => [`o${n}`, anEnforcement(1_000 + n)])));
    bills.push(await tellOfFive());
  }
  const [few] = bills;
  expect(bills).toEqual([few, few, few]);
  // Whether anybody wants one execution of the five; then a value of a kind each, and all. A unit reads 4 KB.
  expect(nobody).toEqual({ Query: [6, 6], PutItem: [1, 1], posts: 0 });
  expect(few).toEqual({ Query: [6, 6], PutItem: [1, 1], posts: 50 });
});

it("lines are read once, however many are told of them, and not where nobody is", async () => {
  const of = changeOf(++executions, 1, { enforcement: 8 });
  const growth = await world.grow(linesFrom(1, 20), of);
  const connections = Array.from({ length: 10 }, (_, at) => `l${at}`);
  for (const connection of connections) world.clients.set(connection, []);
  const wanting = (logs: boolean) =>
    subscribe(new Map(connections.map((one) => [one, anEnforcement(8)])), logs);
  await wanting(false);
  // A value of a kind each but status, and all.
  expect(await costOf([growth])).toEqual({ Query: [5, 5], PutItem: [1, 1], posts: 0 });
  await wanting(true);
  expect(await costOf([growth])).toEqual({ Query: [6, 6], PutItem: [1, 1], posts: 10 });
  expect(world.told("l0")).toEqual([`${growth.id} 1-20`]);
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

const random = randomFrom(1);
const someId = () => 374_095_221_411_885 + random.below(2 ** 32);
const facts = () => ({
  action_ref: random.pick(["core.echo", "slack.send_message", "aws.ec2.start_instance"]),
  enforcement: random.below(1_000_000),
});

it.each([
  [
    "changes, of which no two are alike, take three write units",
    3,
    () => ({
      ...changeOf(someId(), 1 + random.below(5), facts()),
      updated: new Date(1_795_399_041_165 + random.below(1_000_000)).toISOString(),
    }),
  ],
  [
    "chunks of logs, of which no two are alike, take two",
    2,
    (): LiveChange => {
      const from_seq = 1 + random.below(10_000);
      const to_seq = from_seq + random.below(100);
      return { id: someId(), parent: null, ...facts(), from_seq, to_seq, status: null };
    },
  ],
])("a hundred %s", async (_, units, make) => {
  const changes = Array.from({ length: 100 }, make);
  const { append } = await import("@attune/functions/live/append");
  await world.append([]);
  await append([]);
  spent.length = 0;
  await appendAll(append, changes);
  expect(bill()).toEqual({ PutItem: [1, units] });
});
