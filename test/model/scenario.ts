/** A world, who is at work in it, and what may befall them. */
import { idOf } from "@attune/domain/ids";
import type { ExecutionRecord } from "@attune/store/record";
import type { Outcome } from "@attune/store/transitions";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { tables } from "../fixtures/tables.ts";
import { canceller, deadLetters, executor, sweep, worker } from "./actors.ts";
import type { Incident, Model } from "./explore.ts";
import {
  type Budget,
  check,
  copyOf,
  newWorld,
  release,
  START,
  send,
  textOf,
  type World,
} from "./world.ts";

export interface Scenario extends Partial<Budget> {
  /** Requests with the same idempotency key: more than one is a producer that repeats itself. */
  readonly requests?: number;
  /** None: the world begins with the execution handed off, and its message published. */
  readonly executors?: number;
  readonly workers?: readonly Outcome[];
  readonly cancellers?: number;
  readonly hasDeadLetters?: boolean;
}

const numbered = <T>(count: number, make: (number: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at + 1));

/** Seconds that the clock jumps: past the lease and the wake-up, or past every limit. */
const JUMPS = [100, 20 * 24 * 3_600];

/** The next process of an executor that has died. */
const spareOf = (name: string) => `${name}'`;

function incidentsOf({ left, messages }: World): Incident<World>[] {
  const held = messages.flatMap((one) =>
    one.holder === undefined ? [] : [{ ...one, holder: one.holder }],
  );
  const crashes = new Set(left.crashes > 0 ? held.map(({ holder }) => holder) : []);
  return [
    ...[...crashes].map((holder) => ({
      label: `${holder} dies`,
      dies: holder,
      follows: spareOf(holder),
      take(world: World) {
        world.left = { ...world.left, crashes: world.left.crashes - 1 };
        for (const message of world.messages.filter((one) => one.holder === holder))
          release(world, message);
      },
    })),
    ...(left.redeliveries > 0 ? held : []).map((message) => ({
      label: `message ${message.id} is visible again`,
      take(world: World) {
        world.left = { ...world.left, redeliveries: world.left.redeliveries - 1 };
        release(world, message);
      },
    })),
    ...(left.jumps > 0 ? JUMPS : []).map((seconds) => ({
      label: `${seconds} s pass`,
      take(world: World) {
        world.left = { ...world.left, jumps: world.left.jumps - 1 };
        world.clock += seconds * 1_000;
      },
    })),
  ];
}

/** As an executor leaves it. */
const handedOff: ExecutionRecord = {
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

function startOf({ requests = 1, executors = 1, ...budget }: Scenario): World {
  const { crashes = 0, redeliveries = 0, jumps = 0, sweeps = 0 } = budget;
  const world = newWorld({ crashes, redeliveries, jumps, sweeps });
  if (executors > 0) {
    for (let sent = 0; sent < requests; sent++) send(world, { queue: "requests", attempt: 0 });
    return world;
  }
  world.database.apply(new PutCommand({ TableName: tables.Executions, Item: handedOff }));
  send(world, { queue: "scheduled", execution: handedOff.id, attempt: 1 });
  return { ...world, isPublished: true };
}

export function modelOf(scenario: Scenario): Model<World> {
  const { executors = 1, workers = [], cancellers = 0, crashes = 0, sweeps = 0 } = scenario;
  return {
    start: startOf(scenario),
    actors: [
      ...numbered(executors, (number) => executor(`executor ${number}`, number)),
      ...workers.map((outcome, at) => worker(`worker ${at + 1}`, at + 1, outcome)),
      ...numbered(cancellers, (number) => canceller(`canceller ${number}`)),
      ...(sweeps > 0 ? [sweep] : []),
      ...(scenario.hasDeadLetters ? [deadLetters] : []),
    ],
    spares: numbered(crashes > 0 ? executors : 0, (number) =>
      executor(spareOf(`executor ${number}`), executors + number),
    ),
    copyOf,
    textOf,
    timeOf: ({ clock }) => clock,
    incidentsOf,
    check,
  };
}
