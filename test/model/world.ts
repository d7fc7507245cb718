/** The world of the interleavings: one execution, its queues, and the service's own code on a store in memory. */
import { idOf } from "@attune/domain/ids";
import { isFinal, nextStates } from "@attune/domain/lifecycle";
import { verdictOf } from "@attune/domain/verdict";
import { advance } from "@attune/functions/executor/advance";
import { cancelExecution } from "@attune/store/cancel-execution";
import { createExecution } from "@attune/store/create-execution";
import { readRecord } from "@attune/store/read-execution";
import { ExecutionRecord } from "@attune/store/record";
import type { Store } from "@attune/store/store";
import { beat, claim, end, endIfDue, finish, type Outcome } from "@attune/store/transitions";
import { limits } from "@attune/topology/limits";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { memoryBlobs } from "../fixtures/memory-blobs.ts";
import { createMemoryDynamoDb } from "../fixtures/memory-dynamodb.ts";
import type { Scheduler, World } from "./explore.ts";

const tables = {
  Executions: "Executions",
  Payloads: "Payloads",
  Idempotency: "Idempotency",
  Counters: "Counters",
  Segments: "Segments",
};
const START = Date.UTC(2026, 0, 1);

const base = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "us-east-1" }));

/** A client that sends nothing. */
const clientThat = (send: (command: Command) => Promise<unknown>): DynamoDBDocumentClient =>
  Object.create(base, { send: { value: send } });

interface Command {
  readonly constructor: { readonly name: string };
}

/** A message: who holds it, how often it was received. */
interface Message {
  readonly queue: "requests" | "scheduled" | "dead";
  readonly attempt: number;
  holder: string | undefined;
  receives: number;
}

const newMessage = (queue: Message["queue"], attempt: number): Message => ({
  queue,
  attempt,
  holder: undefined,
  receives: 0,
});

export interface Options {
  /** Requests with the same idempotency key: more than one is a producer that repeats itself. */
  readonly requests?: number;
  /** None: the world begins with the execution handed off, and its message published. */
  readonly executors?: number;
  readonly workers?: readonly Outcome[];
  readonly cancellers?: number;
  readonly hasSweep?: boolean;
  readonly hasDeadLetters?: boolean;
  /** Processes that may die in one run, at any step. */
  readonly crashes?: number;
  /** Messages that may become visible again while somebody still holds them. */
  readonly redeliveries?: number;
  /** Times that the clock may jump past the lease, the queue's limit and the run's. */
  readonly jumps?: number;
}

/** Receives before a message is a dead letter. */
const MAX_RECEIVES = 2;

export function createWorld(scheduler: Scheduler, options: Options): World {
  const database = createMemoryDynamoDb();
  const messages: Message[] = [];
  const left = {
    crashes: options.crashes ?? 0,
    redeliveries: options.redeliveries ?? 0,
    jumps: options.jumps ?? 0,
  };
  let clock = START;
  let drawn = 0;
  /** What the invariants are about, beside the table. */
  const ghost = {
    published: 0,
    claims: new Set<number>(),
    finishes: 0,
    violations: [] as string[],
  };

  const executionNow = () => {
    const [item] = database.items(tables.Executions);
    return item && ExecutionRecord.parse(item);
  };

  /** A write that the lifecycle does not know is a violation, whoever makes it. */
  function applyAndJudge(command: unknown) {
    const before = executionNow();
    const answer = database.apply(command);
    const after = executionNow();
    if (before === undefined || after === undefined || before.version === after.version) {
      if (before && after && (before.status !== after.status || before.owner !== after.owner)) {
        ghost.violations.push("a change without a version");
      }
      return answer;
    }
    const isLegal = nextStates(before).some(
      ({ status, owner }) => status === after.status && owner === after.owner,
    );
    if (!isLegal) {
      ghost.violations.push(
        `${before.owner}'s ${before.status} became ${after.owner}'s ${after.status}`,
      );
    }
    return answer;
  }

  /** The store as one actor has it: each of its requests is a step. */
  const storeOf = (actor: string): Store => {
    const send = (command: Command) =>
      scheduler.step(actor, command.constructor.name, () =>
        structuredClone(applyAndJudge(command)),
      );
    return {
      client: clientThat(send),
      tables,
      blobs: memoryBlobs(),
      limits,
      shards: 1,
      now: () => new Date(clock),
    };
  };

  const visible = (queue: Message["queue"]) =>
    messages.find((one) => one.queue === queue && one.holder === undefined);
  const receive = (actor: string, queue: Message["queue"]) =>
    scheduler.step(
      actor,
      `receives from ${queue}`,
      () => {
        const message = visible(queue);
        if (message === undefined) throw new Error("nothing to receive");
        message.holder = actor;
        message.receives++;
        return message;
      },
      () => visible(queue) !== undefined,
    );
  const remove = (actor: string, message: Message) =>
    scheduler.step(actor, "deletes", () => void messages.splice(messages.indexOf(message), 1));
  /** Back into its queue, or on to the dead letters. */
  function release(message: Message) {
    message.holder = undefined;
    if (message.queue !== "scheduled" || message.receives < MAX_RECEIVES) return;
    messages.splice(messages.indexOf(message), 1);
    messages.push(newMessage("dead", message.attempt));
  }

  async function executor(actor: string) {
    const store = storeOf(actor);
    for (;;) {
      const message = await receive(actor, "requests");
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
      const { record: after, isOursToPublish } = await advance(store, record);
      if (isOursToPublish) {
        await scheduler.step(actor, "publishes", () => {
          ghost.published++;
          const { attempt } = after;
          messages.push(newMessage("scheduled", attempt));
        });
      }
      await remove(actor, message);
    }
  }

  async function worker(actor: string, workerId: number, outcome: Outcome) {
    const store = storeOf(actor);
    for (;;) {
      const message = await receive(actor, "scheduled");
      const id = executionNow()?.id ?? 0;
      const hold = { id, worker: workerId, attempt: message.attempt };
      const claimed = await claim(store, hold);
      if (claimed.ok) {
        ghost.claims.add(workerId);
        const alive = await beat(store, hold);
        const isToStop = alive.ok && alive.record.status === "canceling";
        if (alive.ok) {
          const finished = await finish(
            store,
            hold,
            isToStop ? "cancelled" : outcome,
            `"${actor}"`,
          );
          if (finished.ok) ghost.finishes++;
        }
      }
      await remove(actor, message);
    }
  }

  async function canceller(actor: string) {
    const id = await scheduler.step(
      actor,
      "looks",
      () => executionNow()?.id ?? 0,
      () => executionNow() !== undefined,
    );
    await cancelExecution(storeOf(actor), id);
  }

  async function sweep(actor: string) {
    const store = storeOf(actor);
    for (let round = 0; round < 2; round++) {
      const record = await scheduler.step(
        actor,
        "looks",
        executionNow,
        () => executionNow() !== undefined,
      );
      if (record === undefined || isFinal(record.status)) continue;
      const verdict = verdictOf(record, new Date(clock), limits);
      if (verdict === "wake") {
        await scheduler.step(actor, "wakes", () => void messages.push(newMessage("requests", 0)));
      } else if (verdict !== undefined) await end(store, record, verdict);
    }
  }

  async function deadLetters(actor: string) {
    const store = storeOf(actor);
    for (;;) {
      const message = await receive(actor, "dead");
      const record = await readRecord(store, executionNow()?.id ?? 0);
      if (record?.owner === "worker" && record.status === "scheduled") {
        await end(store, record, { to: "abandoned", by: "worker", error: "dead letter" });
      } else if (record) await endIfDue(store, record);
      await remove(actor, message);
    }
  }

  if (options.executors === 0) {
    const record: ExecutionRecord = {
      id: idOf(START, 0),
      ledger: "page",
      status: "scheduled",
      owner: "worker",
      version: 3,
      attempt: 1,
      action_ref: "test.model",
      updated: new Date(START).toISOString(),
      pool: "default",
      idempotency_key: "key",
    };
    database.apply(new PutCommand({ TableName: tables.Executions, Item: record }));
    messages.push(newMessage("scheduled", 1));
    ghost.published++;
  } else {
    for (let at = 0; at < (options.requests ?? 1); at++) messages.push(newMessage("requests", 0));
  }
  const swallow = (run: Promise<void>) =>
    void run.catch((error: unknown) => {
      ghost.violations.push(`an actor failed: ${String(error)}`);
    });
  for (let at = 1; at <= (options.executors ?? 1); at++) swallow(executor(`executor ${at}`));
  for (const [at, outcome] of (options.workers ?? []).entries()) {
    swallow(worker(`worker ${at + 1}`, at + 1, outcome));
  }
  for (let at = 1; at <= (options.cancellers ?? 0); at++) swallow(canceller(`canceller ${at}`));
  if (options.hasSweep) swallow(sweep("sweep"));
  if (options.hasDeadLetters) swallow(deadLetters("dead letters"));

  /** All processes are dead, and time passes: the sweep alone has to bring it to an end. */
  async function endsInPeace() {
    const copy = createMemoryDynamoDb();
    copy.restore(database.snapshot());
    let now = clock;
    const store: Store = {
      client: clientThat(async (command) => copy.apply(command)),
      tables,
      blobs: memoryBlobs(),
      limits,
      shards: 1,
      now: () => new Date(now),
    };
    for (let round = 0; round < 3; round++) {
      const [item] = copy.items(tables.Executions);
      if (item === undefined) return;
      const record = ExecutionRecord.parse(item);
      if (isFinal(record.status)) return;
      now += 30 * 24 * 3_600_000;
      const verdict = verdictOf(record, new Date(now), limits);
      if (verdict !== undefined && verdict !== "wake") await end(store, record, verdict);
    }
    throw new Error("Invariant 5: the sweep does not bring it to an end");
  }

  return {
    snapshot: () =>
      JSON.stringify([database.snapshot(), messages, left, clock, drawn, ghost, [...ghost.claims]]),
    async check() {
      const executions = database.items(tables.Executions);
      if (executions.length > 1) throw new Error("Invariant 1: two executions of one request");
      if (ghost.violations.length > 0) throw new Error(`Invariant 2: ${ghost.violations[0]}`);
      const record = executionNow();
      if (record?.status === "cancelled" && record.owner === "executor" && ghost.published > 0) {
        throw new Error("Invariant 3: a worker may see what was cancelled before the handoff");
      }
      if (ghost.claims.size > 1) throw new Error("Invariant 4: two workers held it");
      if (ghost.finishes > 1) throw new Error("Invariant 4: it was finished twice");
      const pending = messages.some(({ queue }) => queue === "requests");
      const isWaiting = record?.owner === "worker" && record.status === "scheduled";
      if (isWaiting && record.cancel_requested === undefined && messages.length === 0) {
        throw new Error("Invariant 1: it waits for a worker, and no message tells of it");
      }
      if (record === undefined && !pending) throw new Error("Invariant 1: the request is lost");
      await endsInPeace();
    },
    events() {
      const events = [];
      if (left.crashes > 0) {
        const mortal = scheduler
          .waiting()
          .filter((actor) => /^(executor|worker|dead)/.test(actor))
          .filter((actor) => messages.some(({ holder }) => holder === actor));
        for (const actor of mortal) {
          const take = () => {
            left.crashes--;
            scheduler.kill(actor);
            for (const message of messages.filter(({ holder }) => holder === actor))
              release(message);
            // Another process takes its place.
            if (actor.startsWith("executor")) swallow(executor(`${actor}'`));
          };
          events.push({ label: `${actor} dies`, take });
        }
      }
      if (left.redeliveries > 0) {
        for (const message of messages.filter(({ holder }) => holder !== undefined)) {
          const take = () => {
            left.redeliveries--;
            release(message);
          };
          events.push({ label: `${message.queue} is visible again`, take });
        }
      }
      if (left.jumps > 0) {
        const take = () => {
          left.jumps--;
          clock += 20 * 24 * 3_600_000;
        };
        events.push({ label: "time passes", take });
      }
      return events;
    },
  };
}
