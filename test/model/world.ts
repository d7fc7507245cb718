/** The world of the interleavings: one execution, its queues, time, and what the invariants are about. */
import { isFinal, nextStates } from "@attune/domain/lifecycle";
import { verdictOf } from "@attune/domain/verdict";
import { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { endIfDue } from "@attune/store/transitions";
import { limits } from "@attune/topology/limits";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { memoryBlobs } from "../fixtures/memory-blobs.ts";
import { createMemoryDynamoDb, type MemoryDynamoDb } from "../fixtures/memory-dynamodb.ts";
import { tables } from "../fixtures/tables.ts";

export const START = Date.UTC(2026, 0, 1);

/** Receives before a message is a dead letter. */
const MAX_RECEIVES = 2;

export type QueueName = "requests" | "scheduled" | "dead";

export const Message = z.object({
  id: z.int(),
  queue: z.enum(["requests", "scheduled", "dead"]),
  /** What it tells of; nothing where it is a request. */
  execution: z.int().optional(),
  attempt: z.int(),
  receives: z.int(),
  /** Who is at work on it. */
  holder: z.string().optional(),
});
export type Message = z.infer<typeof Message>;

/** What may still happen. */
export interface Budget {
  /** Processes that may die, at any step. */
  readonly crashes: number;
  /** Messages that may become visible again while somebody still holds them. */
  readonly redeliveries: number;
  /** Times that the clock may jump: past the lease, or past every limit. */
  readonly jumps: number;
  /** Times that the sweep may find something to do. */
  readonly sweeps: number;
}

export interface World {
  readonly database: MemoryDynamoDb;
  messages: Message[];
  /** Messages so far, for their ids. */
  sent: number;
  left: Budget;
  clock: number;
  /** Whether a worker may have heard of it. */
  isPublished: boolean;
  /** The workers that were told that it is theirs. */
  claims: readonly number[];
  /** Times that a worker was told that it has finished it. */
  finishes: number;
  /** Writes that the lifecycle does not know. */
  violation?: string;
}

export function newWorld(left: Budget): World {
  const database = createMemoryDynamoDb();
  const ghosts = { isPublished: false, claims: [], finishes: 0 };
  return { database, messages: [], sent: 0, left, clock: START, ...ghosts };
}

export const copyOf = (world: World): World => ({ ...world, database: world.database.copy() });

export const textOf = ({ database, ...rest }: World) =>
  JSON.stringify([database.snapshot(), ...Object.entries(rest)]);

export function executionIn({ database }: World): ExecutionRecord | undefined {
  const [item] = database.items(tables.Executions);
  return item && ExecutionRecord.parse(item);
}

/** Whether it is final: nothing leaves that. */
export function isOver(world: World): boolean {
  const record = executionIn(world);
  return record !== undefined && isFinal(record.status);
}

/** A request to the store. A write that the lifecycle does not know is a violation, whoever makes it. */
export function apply(world: World, command: unknown): unknown {
  const before = executionIn(world);
  const answer = world.database.apply(command);
  const after = executionIn(world);
  if (before === undefined || after === undefined) return answer;
  const isSame = before.status === after.status && before.owner === after.owner;
  const isLegal =
    before.version === after.version
      ? isSame
      : nextStates(before).some(
          ({ status, owner }) => status === after.status && owner === after.owner,
        );
  if (!isLegal)
    world.violation = `${before.owner}'s ${before.status} became ${after.owner}'s ${after.status}`;
  return answer;
}

export const visibleIn = ({ messages }: World, queue: QueueName) =>
  messages.find((one) => one.queue === queue && one.holder === undefined);

const replace = (world: World, { id }: Pick<Message, "id">, ...by: Message[]) => {
  world.messages = world.messages.flatMap((one) => (one.id === id ? by : [one]));
};

export function send(world: World, message: Pick<Message, "queue" | "execution" | "attempt">) {
  world.messages = [...world.messages, { ...message, id: ++world.sent, receives: 0 }];
}

export function receive(world: World, queue: QueueName, holder: string): Message {
  const message = visibleIn(world, queue);
  if (message === undefined) throw new Error("There is nothing to receive");
  const received = { ...message, holder, receives: message.receives + 1 };
  replace(world, message, received);
  return received;
}

export const remove = (world: World, message: Pick<Message, "id">) => replace(world, message);

/** Back into its queue, or on to the dead letters. */
export function release(world: World, message: Message): void {
  const { holder: _, ...visible } = message;
  const isDead = message.queue === "scheduled" && message.receives >= MAX_RECEIVES;
  replace(world, message, isDead ? { ...visible, queue: "dead", receives: 0 } : visible);
}

const base = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" }));

interface Command {
  readonly constructor: { readonly name: string };
}

/** A store whose requests are what `send` says. */
export const storeWith = (
  send: (command: Command) => Promise<unknown>,
  now: () => number,
): Store => ({
  client: Object.create(base, { send: { value: send } }),
  tables,
  blobs: memoryBlobs(),
  limits,
  shards: 1,
  now: () => new Date(now()),
});

/** All processes are dead, and time passes: the sweep alone has to bring it to an end. */
async function endsInPeace({ database, clock }: World): Promise<void> {
  const copy = database.copy();
  let now = clock;
  const store = storeWith(
    async (command) => copy.apply(command),
    () => now,
  );
  for (let round = 0; round < 3; round++) {
    const [item] = copy.items(tables.Executions);
    if (item === undefined) return;
    const record = ExecutionRecord.parse(item);
    if (isFinal(record.status)) return;
    now += 30 * 24 * 3_600_000;
    await endIfDue(store, record);
  }
  throw new Error("Invariant 5: the sweep does not bring it to an end");
}

/** What the sweep would do now, if anything. */
export function verdictIn(world: World) {
  const record = executionIn(world);
  if (record === undefined || isFinal(record.status)) return undefined;
  return verdictOf(record, new Date(world.clock), limits);
}

/** @throws Error for an invariant that does not hold */
export async function check(world: World): Promise<void> {
  const { database, messages, claims, finishes, isPublished, violation } = world;
  if (database.items(tables.Executions).length > 1)
    throw new Error("Invariant 1: two executions of one request");
  if (violation !== undefined) throw new Error(`Invariant 2: ${violation}`);
  const record = executionIn(world);
  if (record?.status === "cancelled" && record.owner === "executor" && isPublished)
    throw new Error("Invariant 3: a worker may see what was cancelled before the handoff");
  if (claims.length > 1) throw new Error("Invariant 4: two workers held it");
  if (finishes > 1) throw new Error("Invariant 4: it was finished twice");
  const isWaiting = record?.owner === "worker" && record.status === "scheduled";
  if (isWaiting && record.cancel_requested === undefined && messages.length === 0)
    throw new Error("Invariant 1: it waits for a worker, and no message tells of it");
  if (record === undefined && !messages.some(({ queue }) => queue === "requests"))
    throw new Error("Invariant 1: the request is lost");
  await endsInPeace(world);
}
