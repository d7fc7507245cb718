/** Who is at work in the world of the interleavings: the service's own code, each request to the store a step. */
import { idOf } from "@attune/domain/ids";
import { Owner, Status } from "@attune/domain/lifecycle";
import { advance } from "@attune/functions/executor/advance";
import { cancelExecution } from "@attune/store/cancel-execution";
import { createExecution } from "@attune/store/create-execution";
import { readRecord } from "@attune/store/read-execution";
import { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { beat, claim, end, endIfDue, finish, type Outcome } from "@attune/store/transitions";
import * as z from "zod/mini";
import type { Actor, Hands } from "./places.ts";
import {
  apply,
  executionIn,
  isOver,
  Message,
  type QueueName,
  receive,
  remove,
  START,
  send,
  storeWith,
  verdictIn,
  visibleIn,
  type World,
} from "./world.ts";

/** What an actor gets to see of a message. */
const Received = Message.pick({ id: true, execution: true, attempt: true });
type Received = z.infer<typeof Received>;

/** What an actor has to work with. */
function toolsOf(name: string, { step, now }: Hands<World>) {
  return {
    store: storeWith(
      (command) =>
        step(command.constructor.name, (world) => apply(world, command), {
          // Nothing changes it any more: whoever did would be found out, whenever it was.
          isAlone: (world) => world.left.jumps === 0 && isOver(world),
        }),
      now,
    ),
    receive: async (queue: QueueName) =>
      Received.parse(
        await step(
          `receives from ${queue}`,
          (world) => Received.parse(receive(world, queue, name)),
          { isEnabled: (world) => visibleIn(world, queue) !== undefined },
        ),
      ),
    remove: (message: Received) =>
      step("deletes", (world) => remove(world, message), {
        // Nobody else sees a message that cannot come back.
        isAlone: ({ left }) => left.crashes === 0 && left.redeliveries === 0,
      }),
  };
}

/** The execution of a message to the executor: a request makes it, word of one that is there finds it. */
async function executionOf(store: Store, { id, execution }: Received, process: number) {
  if (execution !== undefined) return readRecord(store, execution);
  let drawn = process * 100 + id * 10;
  // Processes draw apart, and so do the jobs of one.
  const { record } = await createExecution(
    store,
    () => ({ id: idOf(START, ++drawn), ledger: "page" }),
    {
      request: { action_ref: "test.model" },
      config: null,
      idempotencyKey: "key",
      keyIsShared: true,
    },
  );
  return record;
}

export const executor = (name: string, process: number): Actor<World> => ({
  name,
  isLoop: true,
  async job(hands) {
    const { store, receive, remove } = toolsOf(name, hands);
    const message = await receive("requests");
    const found = await executionOf(store, message, process);
    if (found === undefined) throw new Error("It was woken for nothing");
    const { record, isOursToPublish } = await advance(store, found);
    if (isOursToPublish) {
      await hands.step("publishes", (world) => {
        world.isPublished = true;
        send(world, { queue: "scheduled", execution: record.id, attempt: record.attempt });
      });
    }
    await remove(message);
  },
});

export const worker = (name: string, id: number, outcome: Outcome): Actor<World> => ({
  name,
  isLoop: true,
  async job(hands) {
    const { store, receive, remove } = toolsOf(name, hands);
    const message = await receive("scheduled");
    const hold = { id: message.execution ?? 0, worker: id, attempt: message.attempt };
    if ((await claim(store, hold)).ok) {
      hands.note((world) => {
        world.claims = [...new Set([...world.claims, id])].sort();
      });
      const alive = await beat(store, hold);
      if (alive.ok) {
        const to = alive.record.status === "canceling" ? "cancelled" : outcome;
        const finished = await finish(store, hold, to, `"${name}"`);
        if (finished.ok) {
          hands.note((world) => {
            world.finishes++;
          });
        }
      }
    }
    await remove(message);
  },
});

export const canceller = (name: string): Actor<World> => ({
  name,
  isLoop: false,
  async job(hands) {
    const { store } = toolsOf(name, hands);
    const found = await hands.step("looks", executionIn, {
      isEnabled: (world) => executionIn(world) !== undefined,
    });
    await cancelExecution(store, ExecutionRecord.parse(found).id);
  },
});

/** What the sweep goes by, once it has looked. */
const Due = z.object({
  ...z.pick(ExecutionRecord, { id: true, version: true, beat: true }).shape,
  verdict: z.union([z.literal("wake"), z.object({ to: Status, by: Owner, error: z.string() })]),
});

/** It looks where it finds something to do: where it does not, it changes nothing. */
export const sweep: Actor<World> = {
  name: "sweep",
  isLoop: true,
  async job(hands) {
    const { store } = toolsOf("sweep", hands);
    const found = await hands.step(
      "looks",
      (world) => {
        world.left = { ...world.left, sweeps: world.left.sweeps - 1 };
        return Due.parse({ ...executionIn(world), verdict: verdictIn(world) });
      },
      { isEnabled: (world) => world.left.sweeps > 0 && verdictIn(world) !== undefined },
    );
    const { verdict, ...record } = Due.parse(found);
    if (verdict !== "wake") await end(store, record, verdict);
    else {
      await hands.step("wakes", (world) =>
        send(world, { queue: "requests", execution: record.id, attempt: 0 }),
      );
    }
  },
};

const abandoned = { to: "abandoned", by: "worker", error: "dead letter" } as const;

export const deadLetters: Actor<World> = {
  name: "dead letters",
  isLoop: true,
  async job(hands) {
    const { store, receive, remove } = toolsOf("dead letters", hands);
    const message = await receive("dead");
    const record = await readRecord(store, message.execution ?? 0);
    if (record?.owner === "worker" && record.status === "scheduled")
      await end(store, record, abandoned);
    else if (record) await endIfDue(store, record);
    await remove(message);
  },
};
